"""Chooses what the local servers run in. This version knows one: processes of this machine."""

from collections.abc import Mapping

from local import embedded


class UnsupportedRuntimeError(ValueError):
    """`RUNTIME` names a runtime that is not there; the message names those that are."""


def choose(variables: Mapping[str, str]) -> str:
    """One line that says which runtime is used and why.

    Args:
        variables: the environment's variables; `RUNTIME` asks for one.

    Raises:
        UnsupportedRuntimeError: that runtime is not there.
    """
    wanted = variables.get("RUNTIME")
    if wanted == embedded.RUNTIME:
        return "Runtime embedded, as RUNTIME says"
    if not wanted:
        return "Runtime embedded (processes, no containers): RUNTIME is not set"
    raise UnsupportedRuntimeError(
        f"RUNTIME={wanted}: this version runs the embedded runtime only; "
        f"unset RUNTIME or use RUNTIME={embedded.RUNTIME}"
    )
