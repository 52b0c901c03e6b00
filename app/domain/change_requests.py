"""What an employer asks its account manager to change, and how such a request ends."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ChangeField(StrEnum):
    """A value of a company that its own people do not change."""

    NAME = "NAME"
    ENTERPRISE_NUMBER = "ENTERPRISE_NUMBER"
    VAT_NUMBER = "VAT_NUMBER"

    @property
    def column(self) -> str:
        return self.value.lower()


class ChangeState(StrEnum):
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


CHANGE_MOVES: Mapping[ChangeState, frozenset[ChangeState]] = MappingProxyType(
    {
        ChangeState.OPEN: frozenset(
            {ChangeState.ACCEPTED, ChangeState.REFUSED, ChangeState.WITHDRAWN}
        ),
        ChangeState.ACCEPTED: frozenset(),
        ChangeState.REFUSED: frozenset(),
        ChangeState.WITHDRAWN: frozenset(),
    }
)
