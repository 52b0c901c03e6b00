"""How access comes to be: an invitation that waits, is accepted, expires or is revoked; and how somebody signed in."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class InvitationState(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


INVITATION_MOVES: Mapping[InvitationState, frozenset[InvitationState]] = MappingProxyType(
    {
        InvitationState.PENDING: frozenset(
            {InvitationState.ACCEPTED, InvitationState.EXPIRED, InvitationState.REVOKED}
        ),
        # Sent again, it waits once more.
        InvitationState.EXPIRED: frozenset({InvitationState.PENDING, InvitationState.REVOKED}),
        InvitationState.ACCEPTED: frozenset(),
        InvitationState.REVOKED: frozenset(),
    }
)


class SignInMethod(StrEnum):
    """By what the first step of a sign-in was passed."""

    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a method
    RESET_LINK = "RESET_LINK"
    INVITATION = "INVITATION"
    OPENID = "OPENID"
