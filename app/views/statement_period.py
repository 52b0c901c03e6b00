"""The period of a statement of account as the address bar names it; nothing but the address is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.services.invoice_list import year_before
from app.views.portal.selection import Period

LAST_MONTHS = "12m"
CHOSEN_DAYS = "days"
_YEARS = range(1900, 2201)
_QUARTERS_OFFERED = 4


@dataclass(frozen=True, slots=True)
class StatementPeriod:
    """`choice` is "" for this year, LAST_MONTHS, a Period's name or CHOSEN_DAYS. It never ends after today."""

    choice: str
    first: date
    last: date

    @classmethod
    def read(cls, arguments: MultiDict[str, str], *, today: date) -> Self:
        """Raises ValueError: an address somebody mangled shows no period that is not what it says."""
        choice = arguments.get("period", "").strip()
        first, last = _days(choice, arguments, today)
        if first.year not in _YEARS or last.year not in _YEARS:
            raise ValueError("not a year of anybody's books")
        first, last = sorted((first, last))
        last = min(last, today)
        return cls(choice, min(first, last), last)

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What stands in the address of this period."""
        if self.choice == CHOSEN_DAYS:
            days = {"from": self.first.isoformat(), "to": self.last.isoformat()}
            return {"period": CHOSEN_DAYS, **days}
        return {"period": self.choice} if self.choice else {}

    def choices(self, today: date) -> list[tuple[str, str]]:
        """Values and words: this and last year, twelve months, the latest quarters, days; and what is chosen."""
        offered = [
            ("", _("This year")),
            (str(today.year - 1), _("Last year")),
            (LAST_MONTHS, _("Last 12 months")),
            *((one.name, one.label) for one in _latest_quarters(today)),
        ]
        if self.choice not in {CHOSEN_DAYS, *dict(offered)}:
            offered.append((self.choice, Period.read(self.choice).label))
        return [*offered, (CHOSEN_DAYS, _("Choose dates"))]


def _days(choice: str, arguments: MultiDict[str, str], today: date) -> tuple[date, date]:
    this_year = today.replace(month=1, day=1)
    if not choice:
        return this_year, today
    if choice == LAST_MONTHS:
        return year_before(today), today
    if choice == CHOSEN_DAYS:
        last = _day(arguments, "to") or today
        return _day(arguments, "from") or last.replace(month=1, day=1), last
    period = Period.read(choice)
    return period.first, period.last


def _day(arguments: MultiDict[str, str], name: str) -> date | None:
    text = arguments.get(name, "").strip()
    return date.fromisoformat(text) if text else None


def _latest_quarters(today: date) -> list[Period]:
    """The one that is running, and those before it."""
    running = today.year * 4 + (today.month - 1) // 3
    numbers = range(running, running - _QUARTERS_OFFERED, -1)
    return [Period.read(f"{number // 4}-Q{number % 4 + 1}") for number in numbers]
