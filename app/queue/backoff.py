"""How long a job waits before it is tried again."""

import random
from datetime import timedelta

LONGEST = timedelta(hours=1)
MOST_ATTEMPTS = 20
"""What fails for a reason nobody foresaw is tried this often: about nine hours, time to repair it. Then it is dead."""
LONGEST_ASKED = timedelta(days=1)
_LATENESS = 0.1


def delay_after(attempt: int) -> timedelta:
    """Twice as long after each attempt, an hour at most, half of it by chance: what failed together comes back apart.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("equal jitter").
    """
    longest = min(LONGEST.total_seconds(), 2.0 ** min(attempt, 32))
    return timedelta(seconds=longest * random.uniform(0.5, 1))


def delay_asked_for(after: timedelta) -> timedelta:
    """What the other side asked for, or a tenth more by chance; a day at most, never less than nothing."""
    wanted = min(max(after, timedelta()), LONGEST_ASKED)
    return wanted * random.uniform(1, 1 + _LATENESS)
