"""Outcomes of an import, by document and by batch."""

from enum import StrEnum


class ImportSource(StrEnum):
    COMMAND_LINE = "COMMAND_LINE"
    UPLOAD = "UPLOAD"
    DEMO = "DEMO"


class ImportState(StrEnum):
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class ImportOutcome(StrEnum):
    CREATED = "CREATED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
