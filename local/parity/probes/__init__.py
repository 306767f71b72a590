"""The probes, by subject."""

from typing import Final

from local.parity.control import Subject
from local.parity.probes.access import ACCESS
from local.parity.probes.api import API
from local.parity.probes.database import DATABASE
from local.parity.probes.functions import FUNCTIONS
from local.parity.probes.messages import MESSAGES
from local.parity.probes.observability import OBSERVABILITY
from local.parity.probes.operations import OPERATIONS
from local.parity.probes.storage import STORAGE
from local.parity.probes.tables import TABLES
from local.parity.probes.workflows import WORKFLOWS

SUBJECTS: Final[tuple[Subject, ...]] = (
    API,
    FUNCTIONS,
    WORKFLOWS,
    STORAGE,
    TABLES,
    MESSAGES,
    ACCESS,
    DATABASE,
    OBSERVABILITY,
    OPERATIONS,
)
