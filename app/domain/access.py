"""How access comes to be: an invitation that waits, is accepted, expires or is revoked; and how somebody signed in."""

from enum import StrEnum


class InvitationState(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class SignInMethod(StrEnum):
    """By what the first step of a sign-in was passed."""

    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a method
    RESET_LINK = "RESET_LINK"
    INVITATION = "INVITATION"
    OPENID = "OPENID"
