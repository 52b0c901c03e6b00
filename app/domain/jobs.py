"""Work that happens outside a request: what there is to do, and the states of one piece of it."""

from datetime import timedelta
from enum import StrEnum

from app.domain.errors import DomainError


class Task(StrEnum):
    """What a job does; `app.jobs.handlers` names the function of each."""

    SEND_MAIL = "SEND_MAIL"
    REQUEST_PASSWORD_RESET = "REQUEST_PASSWORD_RESET"  # noqa: S105 - the name of a task
    TELL_ADMINISTRATORS = "TELL_ADMINISTRATORS"
    EXPIRE_ACCESS = "EXPIRE_ACCESS"
    EXPIRE_INVITATIONS = "EXPIRE_INVITATIONS"
    MAKE_EXPORT = "MAKE_EXPORT"
    PURGE_EXPIRED = "PURGE_EXPIRED"
    CHECK_IMPORT = "CHECK_IMPORT"
    RUN_IMPORT = "RUN_IMPORT"
    REPAIR_IMPORT = "REPAIR_IMPORT"
    SWEEP_IMPORTS = "SWEEP_IMPORTS"
    REFRESH_FIGURES = "REFRESH_FIGURES"


class JobState(StrEnum):
    """DEAD waits for a person: it failed for good, or too often."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    DEAD = "DEAD"
    CANCELLED = "CANCELLED"


class Postponed(DomainError):
    """The work cannot be done now, through no fault of its own; `after` is when the other side said to return."""

    code = "postponed"

    def __init__(self, reason: str = "postponed", *, after: timedelta | None = None) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        self.after = after


class FailedForGood(DomainError):
    """Trying again cannot help; `reason` is a code whose sentence tells a person what to do."""

    code = "failed_for_good"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason
