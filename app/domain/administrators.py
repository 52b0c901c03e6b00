"""What the administrators of a company are told about one of them."""

from enum import StrEnum


class AdministratorChange(StrEnum):
    """What is not as it was: how somebody signs in, or the access they have."""

    EMAIL_CHANGED = "EMAIL_CHANGED"
    SECOND_STEP_ENABLED = "SECOND_STEP_ENABLED"
    SECOND_STEP_DISABLED = "SECOND_STEP_DISABLED"
    RECOVERY_CODES_MADE = "RECOVERY_CODES_MADE"
    ACCESS_CHANGED = "ACCESS_CHANGED"
    NO_LONGER_ADMINISTRATOR = "NO_LONGER_ADMINISTRATOR"
    ACCESS_REMOVED = "ACCESS_REMOVED"
