"""What time it is: aware instants in UTC and the issuer's business day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Europe/Brussels")
"""Due dates and "today" are the issuer's, whatever zone the machine is in."""


def now() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The current business day of the issuer."""
    return datetime.now(BUSINESS_ZONE).date()
