"""What can go wrong when a generated screen saves a row."""

from app.domain.errors import DomainError


class NotSaved(DomainError):
    """The database refused for a reason that the reader cannot repair."""

    code = "not_saved"


class AlreadyExists(NotSaved):
    """A unique key is taken; `field` names the column when it is known."""

    code = "already_exists"


class StillReferenced(NotSaved):
    """Other rows point at the one to be removed, or the one pointed at is gone."""

    code = "still_referenced"


class ValueRequired(NotSaved):
    """A value that may not be empty is; `field` names the column when it is known."""

    code = "value_required"


class ValueRefused(NotSaved):
    """A value breaks a rule of the table."""

    code = "value_refused"


class ChangedMeanwhile(NotSaved):
    """Somebody else changed or removed the row first."""

    code = "changed_meanwhile"


class DatabaseBusy(NotSaved):
    """Another transaction holds what is needed; trying again helps."""

    code = "database_busy"
