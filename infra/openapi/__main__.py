"""Writes the document: `python -m infra.openapi docs/openapi.json`."""

import sys
from pathlib import Path

from infra.openapi.document import text


def main() -> None:
    """Writes the document to the file that the one argument names."""
    _, target = sys.argv
    Path(target).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
