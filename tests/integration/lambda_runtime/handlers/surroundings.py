import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def names_in(directory: str) -> list[str]:
    return sorted(each.name for each in Path(directory).iterdir())


def handle(event: Any, _context: Any) -> Any:
    """What a function can see of where it runs."""
    return {
        "environment": dict(os.environ),
        "path": sys.path,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "importable": {
            name: importlib.util.find_spec(name) is not None for name in event["modules"]
        },
        "task": names_in(os.environ["LAMBDA_TASK_ROOT"]),
        "visible": {path: Path(path).exists() for path in event["paths"]},
    }


def keep(event: Any, _context: Any) -> Any:
    """Write a file into the temporary directory, and say what was there before."""
    before = names_in(tempfile.gettempdir())
    Path(tempfile.gettempdir(), event["name"]).write_text("mine")
    return before


def change_code(_event: Any, _context: Any) -> Any:
    Path(os.environ["LAMBDA_TASK_ROOT"], "planted.py").write_text("planted = True")


def task_root(_event: Any, _context: Any) -> Any:
    return os.environ["LAMBDA_TASK_ROOT"]
