"""From amounts to shapes: the view models that components/plots.html draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

_WIDTH: Final = 440
_HEIGHT: Final = 200
_LEFT: Final = 52  # room for the amounts beside the axis
_TOP: Final = 12
_BOTTOM: Final = 168
_BAR_SHARE: Final = 0.65  # of the room a month has
_PERCENTS: Final = (Decimal(0), Decimal(50), Decimal(100))
_AGES: Final = ("NOT_DUE", "LATE_1_30", "LATE_31_60", "LATE_OVER_60")


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month: what it stands for and where it stands, in units of the view box."""

    month: date
    cents: int
    x: float
    y: float
    width: float
    height: float
    is_current: bool
    is_labelled: bool

    @property
    def middle(self) -> float:
        """Where its label is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid."""

    cents: int
    y: float


@dataclass(frozen=True, slots=True)
class MonthPlot:
    """Bars per month, oldest first, with their grid."""

    bars: tuple[MonthBar, ...]
    ticks: tuple[Tick, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT

    @property
    def first(self) -> date:
        """The oldest month."""
        return self.bars[0].month

    @property
    def last(self) -> date:
        """The newest month."""
        return self.bars[-1].month

    @property
    def peak(self) -> MonthBar:
        """The highest month; the newest of equals."""
        return max(self.bars, key=lambda bar: (bar.cents, bar.month))

    @property
    def total_cents(self) -> int:
        """All months together."""
        return sum(bar.cents for bar in self.bars)


@dataclass(frozen=True, slots=True)
class AgeBar:
    """One age of open amounts; share is of the whole, from 0 to 100."""

    code: str
    cents: int
    share: float

    @property
    def is_late(self) -> bool:
        """Whether the amounts are past their due date."""
        return self.code != "NOT_DUE"


@dataclass(frozen=True, slots=True)
class AgePlot:
    """Open amounts by age, youngest first."""

    bars: tuple[AgeBar, ...]


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One month: how many of how many, and where it stands; a month with none of any has no height."""

    month: date
    part: int
    whole: int
    x: float
    y: float
    width: float
    height: float
    is_current: bool
    is_labelled: bool

    @property
    def percent(self) -> Decimal | None:
        """From 0 to 100, whole; None for a month with nothing to take a share of."""
        return _percent(self.part, self.whole)

    @property
    def middle(self) -> float:
        """Where its label is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class SharePlot:
    """Bars per month up to 100 %, oldest first; `ticks` are (percent, y)."""

    bars: tuple[ShareBar, ...]
    ticks: tuple[tuple[Decimal, float], ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT

    @property
    def first(self) -> date:
        """The oldest month."""
        return self.bars[0].month

    @property
    def last(self) -> date:
        """The newest month."""
        return self.bars[-1].month

    @property
    def percent(self) -> Decimal | None:
        """Of all months together."""
        return _percent(sum(bar.part for bar in self.bars), sum(bar.whole for bar in self.bars))

    @property
    def lowest(self) -> ShareBar:
        """The month with the smallest share; the newest of equals."""
        counted = [bar for bar in self.bars if bar.whole]
        return min(reversed(counted), key=lambda bar: bar.part / bar.whole)


def share_bars(
    parts: Mapping[date, int], wholes: Mapping[date, int], *, today: date, months: int = 12
) -> SharePlot | None:
    """The share of each of the last `months` months up to that of `today`; None where there is nothing to share.

    Keys are the first days of months; months without an entry have none of none.
    """
    wanted = _last_months(today, months)
    if not any(wholes.get(month, 0) for month in wanted):
        return None
    room = (_WIDTH - _LEFT) / len(wanted)
    width, newest = round(room * _BAR_SHARE, 1), len(wanted) - 1
    bars = []
    for place, month in enumerate(wanted):
        part, whole = parts.get(month, 0), wholes.get(month, 0)
        height = round((_BOTTOM - _TOP) * part / whole, 1) if whole else 0
        bars.append(
            ShareBar(
                month=month,
                part=part,
                whole=whole,
                x=round(_LEFT + place * room + (room - width) / 2, 1),
                y=round(_BOTTOM - height, 1),
                width=width,
                height=height,
                is_current=place == newest,
                is_labelled=(newest - place) % 2 == 0,
            )
        )
    return SharePlot(tuple(bars), tuple((tick, _height_of(tick)) for tick in _PERCENTS))


def month_bars(
    cents_by_month: Mapping[date, int], *, today: date, months: int = 12
) -> MonthPlot | None:
    """The bars of the last `months` months up to that of `today`; None when all are zero.

    Keys are any day of a month. Months without an entry are zero; a month with more credited than
    invoiced hangs below the line.
    """
    wanted = _last_months(today, months)
    sums = dict.fromkeys(wanted, 0)
    for day, cents in cents_by_month.items():
        month = day.replace(day=1)
        if month in sums:
            sums[month] += cents
    if not any(sums.values()):
        return None
    ticks = _ticks(min(0, *sums.values()), max(0, *sums.values()))
    return MonthPlot(bars=_bars(sums, ticks), ticks=ticks)


def age_bars(cents_by_age: Mapping[str, int]) -> AgePlot | None:
    """Bars for NOT_DUE, LATE_1_30, LATE_31_60 and LATE_OVER_60; None when nothing is open.

    Raises KeyError for another age.
    """
    unknown = set(cents_by_age) - set(_AGES)
    if unknown:
        raise KeyError(*unknown)
    whole = sum(max(cents, 0) for cents in cents_by_age.values())
    if whole == 0:
        return None
    cents = {age: cents_by_age.get(age, 0) for age in _AGES}
    return AgePlot(
        tuple(AgeBar(age, cents[age], round(100 * max(cents[age], 0) / whole, 1)) for age in _AGES)
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return None if whole == 0 else (Decimal(100 * part) / whole).quantize(Decimal(1))


def _height_of(percent: Decimal) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * float(percent) / 100, 1)


def _last_months(today: date, months: int) -> list[date]:
    newest = today.year * 12 + today.month - 1
    return [
        date(index // 12, index % 12 + 1, 1) for index in range(newest - months + 1, newest + 1)
    ]


def _ticks(lowest: int, highest: int) -> tuple[Tick, ...]:
    """Three to six round amounts that enclose both ends, zero among them."""
    step = _round_step(Decimal(highest - lowest) / 3)
    first = lowest // step * step
    last = -(-highest // step) * step
    scale = (_BOTTOM - _TOP) / (last - first)
    return tuple(
        Tick(cents, round(_BOTTOM - (cents - first) * scale, 1))
        for cents in range(first, last + 1, step)
    )


def _round_step(rough_cents: Decimal) -> int:
    """The next of 1, 2, 5 times a power of ten, at least one whole unit of the currency."""
    rough = max(rough_cents, Decimal(100))
    power = Decimal(10) ** rough.adjusted()
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return int(step.to_integral_value(rounding=ROUND_CEILING))


def _bars(sums: Mapping[date, int], ticks: tuple[Tick, ...]) -> tuple[MonthBar, ...]:
    room = (_WIDTH - _LEFT) / len(sums)
    width = round(room * _BAR_SHARE, 1)
    zero = next(tick.y for tick in ticks if tick.cents == 0)
    scale = (_BOTTOM - _TOP) / (ticks[-1].cents - ticks[0].cents)
    newest = len(sums) - 1
    bars = []
    for place, (month, cents) in enumerate(sums.items()):
        height = round(abs(cents) * scale, 1)
        bars.append(
            MonthBar(
                month=month,
                cents=cents,
                x=round(_LEFT + place * room + (room - width) / 2, 1),
                y=round(zero - height, 1) if cents > 0 else zero,
                width=width,
                height=height,
                is_current=place == newest,
                is_labelled=(newest - place) % 2 == 0,
            )
        )
    return tuple(bars)
