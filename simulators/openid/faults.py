"""What the provider can be told to get wrong."""

from enum import StrEnum


class Fault(StrEnum):
    """Each spoils one thing about the next answers, until it is taken back."""

    OTHER_ISSUER_IN_DISCOVERY = "OTHER_ISSUER_IN_DISCOVERY"
    DISCOVERY_ERROR = "DISCOVERY_ERROR"
    PLAIN_DISCOVERY = "PLAIN_DISCOVERY"
    """The discovery document is a page of HTML."""
    OTHER_ISSUER_IN_REDIRECT = "OTHER_ISSUER_IN_REDIRECT"
    NO_ISSUER_IN_REDIRECT = "NO_ISSUER_IN_REDIRECT"
    WRONG_NONCE = "WRONG_NONCE"
    NO_NONCE = "NO_NONCE"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    SHARED_AUDIENCE = "SHARED_AUDIENCE"
    """The token is for us and for somebody else, and was issued to them (`azp`)."""
    WRONG_ISSUER = "WRONG_ISSUER"
    EXPIRED = "EXPIRED"
    FROM_THE_FUTURE = "FROM_THE_FUTURE"
    NO_SUBJECT = "NO_SUBJECT"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    """Signed by a key that is not the published one of that name."""
    UNSIGNED = "UNSIGNED"
    SIGNED_BY_CLIENT_SECRET = "SIGNED_BY_CLIENT_SECRET"  # noqa: S105 - the name of a fault
    NO_ID_TOKEN = "NO_ID_TOKEN"  # noqa: S105 - the name of a fault
    TOKEN_ERROR = "TOKEN_ERROR"  # noqa: S105 - the name of a fault
    """The token endpoint fails with 500."""
    TOKEN_PAGE = "TOKEN_PAGE"  # noqa: S105 - the name of a fault
    """The token endpoint answers 200 with a page of HTML."""
    TOKEN_REDIRECT = "TOKEN_REDIRECT"  # noqa: S105 - the name of a fault
    ODD_TOKEN_ANSWER = "ODD_TOKEN_ANSWER"  # noqa: S105 - the name of a fault
    """The answer of the token endpoint has a list where a number belongs."""
    ENDLESS = "ENDLESS"
    """The token endpoint answers more than anybody should read."""
    SLOW = "SLOW"
    """The token endpoint answers only once the simulator stops."""
    EMAIL_BY_USERINFO = "EMAIL_BY_USERINFO"
    """The address is not in the token: it has to be asked for, as is allowed."""
    OTHER_SUBJECT_IN_USERINFO = "OTHER_SUBJECT_IN_USERINFO"
    EARLIER_SIGN_IN = "EARLIER_SIGN_IN"
    """The person signed in an hour ago and was not asked again, whatever was wished."""
    NO_AUTH_TIME = "NO_AUTH_TIME"
