"""What a single-use link in a mail is for, and how long it lives."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class TokenPurpose(StrEnum):
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a purpose
    FIRST_PASSWORD = "FIRST_PASSWORD"  # noqa: S105 - the name of a purpose
    CONFIRM_EMAIL = "CONFIRM_EMAIL"
    INVITATION = "INVITATION"
    SECOND_STEP = "SECOND_STEP"


LIFETIMES: Mapping[TokenPurpose, timedelta] = MappingProxyType(
    {
        TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
        TokenPurpose.FIRST_PASSWORD: timedelta(days=7),
        TokenPurpose.CONFIRM_EMAIL: timedelta(hours=24),
        TokenPurpose.INVITATION: timedelta(days=7),
        TokenPurpose.SECOND_STEP: timedelta(minutes=10),
    }
)
"""OWASP ASVS 5, 6.5.5 asks for ten minutes at most for codes sent by mail; a link is longer and is used once."""

OF_THE_ACCOUNT: frozenset[TokenPurpose] = frozenset(TokenPurpose) - {TokenPurpose.INVITATION}
"""What a new password or e-mail address makes worthless. An invitation is a company's offer, and stays one."""

FOR_A_PASSWORD: frozenset[TokenPurpose] = frozenset(
    {TokenPurpose.RESET_PASSWORD, TokenPurpose.FIRST_PASSWORD}
)
