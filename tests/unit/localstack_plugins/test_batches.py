import threading
import time

import pytest

from pipeline_localstack.batches import Batches


class Receiver:
    """Takes batches, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.batches: list[tuple[str, list[int]]] = []
        self._failures = failures
        self._taken = threading.Condition()

    def take(self, key: str, items: list[int]) -> None:
        with self._taken:
            self.batches.append((key, items))
            self._taken.notify_all()
        assert self.may_go_on.wait(timeout=60)
        if len(self.batches) <= self._failures:
            raise ConnectionError("on purpose")

    def wait_for(self, count: int) -> None:
        with self._taken:
            assert self._taken.wait_for(lambda: len(self.batches) >= count, timeout=60)


def test_items_of_a_moment_are_handed_over_at_once_and_in_order() -> None:
    receiver = Receiver()
    receiver.may_go_on.clear()
    batches: Batches[str, int] = Batches("test", receiver.take)
    batches.add("first", [1])
    receiver.wait_for(1)
    # While that batch is being handed over, the next one gathers, however long it takes.
    for number in range(5):
        batches.add("a", [number])
    batches.add("b", [7, 8])
    receiver.may_go_on.set()
    receiver.wait_for(3)
    assert receiver.batches[1:] == [("a", [0, 1, 2, 3, 4]), ("b", [7, 8])]


def test_batch_that_fails_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    receiver = Receiver(failures=1)
    batches: Batches[str, int] = Batches("test", receiver.take)
    batches.add("a", [1, 2])
    receiver.wait_for(1)
    batches.add("a", [3])
    receiver.wait_for(2)
    assert receiver.batches[-1] == ("a", [3])
    assert "2 items of a were lost" in caplog.text


def test_no_item_is_lost_between_batches() -> None:
    receiver = Receiver()
    batches: Batches[str, int] = Batches("test", receiver.take)
    for number in range(50):
        batches.add("a", [number])
        time.sleep(0.01)
    deadline = time.monotonic() + 60
    while sum(len(items) for _, items in receiver.batches) < 50 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [item for _, items in receiver.batches for item in items] == list(range(50))
