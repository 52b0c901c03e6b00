"""Counting a try before it is looked at: the count holds, whatever becomes of the request."""

from collections.abc import Sequence

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.extensions import db
from app.services.audit import record
from app.services.throttle import Limit, TooManyAttempts, count_attempt, purge_windows


def count_or_refuse(
    limits: Sequence[Limit], *, throttled: AuditAction, actor: Actor | None = None, times: int = 1
) -> None:
    """Count and commit, before anything else is written; whoever is refused sees when to try again.

    `actor` is needed where nobody is signed in. `throttled` is recorded once for each window, not for each try.

    Raises:
        TooManyAttempts: let it pass, `app.views.errors` has its page.
    """
    session = db.session()
    try:
        count_attempt(session, limits, times=times)
    except TooManyAttempts as error:
        if error.is_first:
            record(session, throttled, actor=actor)
            purge_windows(session)
        raise
    finally:
        session.commit()
