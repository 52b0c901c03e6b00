"""Handlers of what is done at regular times: ends of access are recorded, and what is over for long is deleted."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.imports import REFUSED, REFUSED_KEPT, UPLOADS
from app.domain.ports import HoldingArea
from app.extensions import ports
from app.jobs.work import Work
from app.services.access_expiry import expire_access
from app.services.exports.requests import expire_exports, purge_exports
from app.services.imports.sweeping import (
    LEFTOVER,
    end_abandoned,
    ended_uploads,
    expire_uploads,
    forget_old_plans,
    forget_old_refusals,
)
from app.services.invitations import expire_invitations
from app.services.jobs import purge_jobs
from app.services.sessions import purge_sessions
from app.services.throttle import purge_windows
from app.services.tokens import purge_tokens

Step = Callable[[Session], int]

IMPORT_SWEEPS: tuple[Step, ...] = (
    expire_uploads,
    end_abandoned,
    forget_old_plans,
    forget_old_refusals,
)
PURGES: tuple[Step, ...] = (purge_windows, purge_sessions, purge_tokens, purge_jobs)


def record_expired_access(work: Work) -> None:
    _do_all_there_is(work, (expire_access,))


def end_invitations(work: Work) -> None:
    _do_all_there_is(work, (expire_invitations,))


def purge_expired(work: Work) -> None:
    blobs = ports().blobs
    _do_all_there_is(work, (*PURGES, lambda session: expire_exports(session, blobs), purge_exports))


def sweep_imports(work: Work) -> None:
    """Discard uploads that nobody decided on, files of refused documents that were held long enough, and leftovers."""
    _do_all_there_is(work, IMPORT_SWEEPS)
    holding, at = ports().holding, now()
    _discard_held(work, holding)
    for folder, kept in ((UPLOADS, LEFTOVER), (REFUSED, REFUSED_KEPT + timedelta(days=1))):
        while holding.discard_before(at - kept, folder=folder):
            work.hold()


def _discard_held(work: Work, holding: HoldingArea) -> None:
    with work.session() as session:
        while ended := ended_uploads(session):
            for batch in ended:
                holding.discard(batch.held or "")
                batch.held = None
            session.commit()
            work.hold()
        session.rollback()


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
