"""Outcomes of an import, by document and by batch."""

from datetime import timedelta
from enum import StrEnum


class ImportSource(StrEnum):
    COMMAND_LINE = "COMMAND_LINE"
    UPLOAD = "UPLOAD"
    DEMO = "DEMO"


class ImportState(StrEnum):
    """An upload is checked and waits for a decision; a command runs at once."""

    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    REPAIRING = "REPAIRING"
    DISCARDED = "DISCARDED"


AT_WORK = frozenset({ImportState.CHECKING, ImportState.RUNNING, ImportState.REPAIRING})
"""A job of it waits or runs."""
ONLY_PLANNED = frozenset({ImportState.CHECKING, ImportState.CHECKED, ImportState.DISCARDED})
"""What is known of its documents is what would become of them."""
UPLOAD_KEPT = timedelta(days=3)
"""How long a report may wait for its reader to decide."""
REFUSED_KEPT = timedelta(days=30)
"""How long a refused document can be tried again without being uploaded anew."""
UPLOADS, REFUSED = "uploads", "refused"
"""The folders of the holding area."""


class RepairWay(StrEnum):
    """What somebody did about a refused document."""

    TRIED_AGAIN = "TRIED_AGAIN"
    COMPANY_OPENED = "COMPANY_OPENED"
    REPLACED = "REPLACED"


class ImportOutcome(StrEnum):
    CREATED = "CREATED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
