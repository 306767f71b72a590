"""One environment's PostgreSQL alone, as a process or as a container."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local import credentials, database
from local.state import Credentials, Environment


@dataclass(frozen=True, kw_only=True)
class DatabaseServer:
    """The PostgreSQL of one environment, without LocalStack beside it.

    Attributes:
        launch: starts the server unless it runs, and waits until it answers.
        halt: stops it; True when it ran.
    """

    environment: Environment
    launch: Callable[[Credentials], None] = field(repr=False)
    halt: Callable[[], bool] = field(repr=False)

    def start(self) -> None:
        """Starts it unless it runs, waits until it answers, and makes the pipeline's database.

        Raises:
            EngineError: its container did not start.
            PostgresError: its process can't be set up.
            ServerExitedError: its process ended while starting.
            TimeoutError: its process was not ready in time.
        """
        passwords = credentials.ensure(self.environment)
        self.launch(passwords)
        database.create(self.environment, passwords)

    def stop(self) -> bool:
        """Stops it; its data stay. True when it ran."""
        return self.halt()
