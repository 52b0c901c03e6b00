"""Handlers of what is done at regular times: ends of access are recorded, and what is over for long is deleted."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from app.extensions import ports
from app.jobs.work import Work
from app.services.access_expiry import expire_access
from app.services.exports.requests import expire_exports, purge_exports
from app.services.invitations import expire_invitations
from app.services.jobs import purge_jobs
from app.services.sessions import purge_sessions
from app.services.throttle import purge_windows
from app.services.tokens import purge_tokens

Step = Callable[[Session], int]

PURGES: tuple[Step, ...] = (purge_windows, purge_sessions, purge_tokens, purge_jobs)


def record_expired_access(work: Work) -> None:
    _do_all_there_is(work, (expire_access,))


def end_invitations(work: Work) -> None:
    _do_all_there_is(work, (expire_invitations,))


def purge_expired(work: Work) -> None:
    blobs = ports().blobs
    _do_all_there_is(work, (*PURGES, lambda session: expire_exports(session, blobs), purge_exports))


def _do_all_there_is(work: Work, steps: Iterable[Step]) -> None:
    """Repeat each step until it finds nothing, with a commit each time; no work leaves no trace in the audit trail."""
    found = 0
    with work.session() as session:
        for step in steps:
            while count := step(session):
                session.commit()
                work.hold()
                found += count
        if not found:
            session.rollback()
