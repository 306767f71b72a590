"""psycopg's composition of SQL, loaded when it is first used.

The function that takes jobs knows the operations' parameters, but never makes their statements:
without the driver it starts in a third less time.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg.sql import *  # noqa: F403 - stands in for that module
else:

    def __getattr__(name: str) -> object:
        """What `psycopg.sql` has of that name (PEP 562)."""
        from psycopg import sql  # noqa: PLC0415 - see above

        return getattr(sql, name)
