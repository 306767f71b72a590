import pytest

from pipeline_localstack.runtime.layout import Interpreter, RuntimeNotAvailableError


def test_interpreter_serves_functions_of_its_own_version(interpreter: Interpreter) -> None:
    interpreter.require("python3.13")


@pytest.mark.parametrize(
    ("runtime", "wanted"),
    [("python3.9", "runtime python3.9"), (None, "runtime of a container image")],
)
def test_function_of_another_runtime_is_refused_in_words(
    interpreter: Interpreter, runtime: str | None, wanted: str
) -> None:
    with pytest.raises(RuntimeNotAvailableError, match=f"{wanted} is not available.*python3.13"):
        interpreter.require(runtime)
