"""How long a failed job waits."""

from datetime import timedelta
from itertools import accumulate

import pytest

from app.queue.backoff import LONGEST, LONGEST_ASKED, MOST_ATTEMPTS, delay_after, delay_asked_for


@pytest.mark.parametrize("attempt", [1, 2, 5, 11, 12, 20, 1000])
def test_it_doubles_up_to_an_hour_half_of_it_by_chance(attempt):
    longest = min(timedelta(seconds=2**attempt) if attempt < 40 else LONGEST, LONGEST)

    delays = {delay_after(attempt) for _ in range(50)}

    assert len(delays) > 40
    assert all(longest / 2 <= delay <= longest for delay in delays)


def test_all_attempts_together_leave_time_for_a_repair():
    *_, total = accumulate(delay_after(attempt) for attempt in range(1, MOST_ATTEMPTS))

    assert timedelta(hours=4) < total < timedelta(hours=10)


def test_who_was_told_when_to_return_is_never_early_and_hardly_late():
    asked = timedelta(minutes=10)

    assert all(asked <= delay_asked_for(asked) <= asked * 1.1 for _ in range(50))


@pytest.mark.parametrize(
    ("asked", "most"), [(timedelta(days=400), LONGEST_ASKED * 1.1), (timedelta(-1), timedelta())]
)
def test_absurd_wishes_are_not_followed(asked, most):
    assert timedelta() <= delay_asked_for(asked) <= most
