"""From amounts to shapes: bars that start at zero and say what they stand for."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.plots import AgePlot, MonthPlot, age_bars, month_bars, share_bars

TODAY = date(2026, 11, 22)


def drawn(cents_by_month: Mapping[date, int], *, today: date) -> MonthPlot:
    plot = month_bars(cents_by_month, today=today)
    assert plot is not None
    return plot


def drawn_ages(cents_by_age: Mapping[str, int]) -> AgePlot:
    plot = age_bars(cents_by_age)
    assert plot is not None
    return plot


def test_the_last_twelve_months_are_drawn_oldest_first():
    plot = drawn({date(2026, 11, 3): 100}, today=TODAY)

    assert [bar.month for bar in plot.bars][:2] == [date(2025, 12, 1), date(2026, 1, 1)]
    assert plot.last == date(2026, 11, 1)
    assert len(plot.bars) == 12
    assert [bar.is_current for bar in plot.bars] == [False] * 11 + [True]


def test_amounts_of_one_month_are_added_and_older_months_left_out():
    plot = drawn(
        {date(2026, 11, 3): 100, date(2026, 11, 20): 250, date(2024, 1, 1): 999}, today=TODAY
    )

    assert plot.total_cents == 350
    assert plot.peak.month == date(2026, 11, 1)


def test_nothing_to_draw_is_no_plot():
    assert month_bars({}, today=TODAY) is None
    assert month_bars({date(2020, 1, 1): 100}, today=TODAY) is None
    assert age_bars({}) is None
    assert age_bars({"NOT_DUE": 0}) is None


def test_bars_stand_on_the_zero_line_in_proportion():
    plot = drawn({date(2026, 10, 1): 200_000, date(2026, 11, 1): 100_000}, today=TODAY)
    zero = next(tick.y for tick in plot.ticks if tick.cents == 0)
    tall, short = plot.bars[-2:]

    assert tall.y + tall.height == pytest.approx(zero, abs=0.2)
    assert tall.height == pytest.approx(2 * short.height, abs=0.2)


def test_a_month_with_more_credited_than_invoiced_hangs_below_the_line():
    plot = drawn({date(2026, 10, 1): 50_000, date(2026, 11, 1): -20_000}, today=TODAY)
    zero = next(tick.y for tick in plot.ticks if tick.cents == 0)

    assert plot.bars[-1].y == zero
    assert plot.bars[-1].height > 0
    assert plot.ticks[0].cents < 0


@given(st.lists(st.integers(-(10**12), 10**12), min_size=12, max_size=12))
def test_every_plot_stays_inside_its_frame_with_few_round_ticks(amounts):
    months = {date(2026 - (month > 11), month, 1): cents for month, cents in enumerate(amounts, 1)}
    plot = month_bars(months, today=TODAY)
    if plot is None:
        assert not any(amounts)
        return

    assert 2 <= len(plot.ticks) <= 6
    assert plot.ticks[0].cents <= min(0, *amounts)
    assert plot.ticks[-1].cents >= max(0, *amounts)
    for bar in plot.bars:
        assert plot.left <= bar.x
        assert bar.x + bar.width <= plot.width
        assert bar.y >= 0
        assert bar.y + bar.height <= plot.height


def test_ages_are_shares_of_the_whole_and_late_ones_are_marked():
    plot = drawn_ages({"NOT_DUE": 7500, "LATE_1_30": 2500})

    assert [(bar.code, bar.share, bar.is_late) for bar in plot.bars] == [
        ("NOT_DUE", 75.0, False),
        ("LATE_1_30", 25.0, True),
        ("LATE_31_60", 0.0, True),
        ("LATE_OVER_60", 0.0, True),
    ]


def test_an_unknown_age_is_refused():
    with pytest.raises(KeyError):
        age_bars({"ANCIENT": 1})


def test_a_share_is_of_the_month_and_of_all_of_them():
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    plot = share_bars({october: 1, november: 3}, {october: 2, november: 3}, today=TODAY)

    assert plot is not None
    assert len(plot.bars) == 12
    assert [bar.percent for bar in plot.bars[-3:]] == [None, 50, 100]
    assert plot.percent == 80
    assert plot.lowest.month == october
    assert plot.bars[-1].height == 2 * plot.bars[-2].height
    assert plot.bars[-1].is_current


def test_a_month_with_nothing_paid_in_time_has_no_height():
    november = date(2026, 11, 1)
    plot = share_bars({}, {november: 4}, today=TODAY)

    assert plot is not None
    assert (plot.bars[-1].height, plot.bars[-1].percent, plot.percent) == (0, 0, 0)


def test_nothing_fell_due_is_nothing_to_draw():
    assert share_bars({}, {date(2024, 1, 1): 3}, today=TODAY) is None
