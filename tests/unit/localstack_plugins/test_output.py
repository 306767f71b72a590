import os
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from pipeline_localstack.runtime.output import Output


@pytest.fixture
def output() -> Iterator[Output]:
    with closing(Output()) as output:
        yield output


def test_everything_written_before_is_taken_at_once(output: Output) -> None:
    for number in range(1000):
        os.write(output.descriptor, b"a line\n")
        assert output.take() == "a line\n", number
    os.close(output.descriptor)


def test_writer_is_never_blocked_and_nothing_is_lost(output: Output) -> None:
    content = b"0123456789abcde\n" * 100_000

    def write() -> None:
        with os.fdopen(output.descriptor, "wb") as stream:
            stream.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
    assert output.take().encode() == content
    assert output.take() == ""


def test_bytes_that_are_no_utf8_do_no_harm(output: Output) -> None:
    os.write(output.descriptor, b"caf\xe9\n")
    assert output.take() == "caf\N{REPLACEMENT CHARACTER}\n"
    os.close(output.descriptor)
