"""Looking at the mails that were written, for whoever runs the machine."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.jobs import Task
from app.domain.mail import MailState
from app.models import Job, OutgoingMail


def list_mails(session: Session, states: Sequence[MailState], *, limit: int) -> list[OutgoingMail]:
    """The newest ones in `states`, or in any where none is named; as far as the session's scope sees them."""
    statement = select(OutgoingMail).order_by(
        OutgoingMail.written_at.desc(), OutgoingMail.id.desc()
    )
    if states:
        statement = statement.where(OutgoingMail.state.in_(states))
    return list(session.scalars(statement.limit(limit)))


def mail_with_job(session: Session, key: str) -> tuple[OutgoingMail, int]:
    """The mail that was written under `key`, and the number of the job that sends it."""
    mail = session.scalars(select(OutgoingMail).where(OutgoingMail.key == key)).one()
    of_mail = select(Job.id).where(Job.task == Task.SEND_MAIL, Job.key == f"mail {key}")
    return mail, session.scalars(of_mail).one()
