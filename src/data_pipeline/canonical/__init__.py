"""The one schema that every source is mapped to: its entities, its tables and its migrations.

It imports nothing of the rest of the pipeline.
"""

from pathlib import Path
from typing import Final

MIGRATIONS: Final = Path(__file__).parent / "migrations"
