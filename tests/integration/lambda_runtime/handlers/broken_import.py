from typing import Any

import a_module_that_is_nowhere  # type: ignore[import-not-found]


def handle(_event: Any, _context: Any) -> Any:
    return a_module_that_is_nowhere
