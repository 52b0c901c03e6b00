"""Sending one mail: prepared, handed to the mailer, and what came of it written down."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.jobs import FailedForGood, Postponed
from app.domain.mail import MailAttachment, MailMessage, MailState
from app.domain.ports import (
    BlobDamaged,
    BlobMissing,
    MailDelayed,
    MailRefused,
    Ports,
    StorageUnavailable,
)
from app.extensions import ports
from app.jobs.effects import Begun, OutsideEffect, run_effect
from app.jobs.mail_rendering import render_mail
from app.jobs.work import Work
from app.services import mail_delivery as delivery
from config import Settings


def send_mail(work: Work) -> None:
    """Send the mail that `arguments` name; found half done after a crash, once more with the same Message-ID.

    Raises:
        Postponed: the server cannot take it now.
        FailedForGood: nobody will ever take it; the mail says why.
    """
    mail_id = UUID(str(work.arguments["mail"]))
    run_effect(work, _Sending(mail_id, current_app.extensions["settings"], ports()))


@dataclass(frozen=True, slots=True)
class _Letter:
    """`enclosed` are attachments as the mail lists them: they are read from storage when it leaves."""

    message: MailMessage
    enclosed: tuple[dict[str, Any], ...]


class _Sending(OutsideEffect[_Letter, bool]):
    def __init__(self, mail_id: UUID, settings: Settings, outside: Ports) -> None:
        self._mail_id = mail_id
        self._settings = settings
        self._outside = outside
        self._may_have_arrived = False

    def prepare(self, session: Session) -> Begun[_Letter] | None:
        mail = delivery.find_mail(session, self._mail_id)
        if mail is None or mail.state not in delivery.TO_SEND:
            return None
        try:
            token = delivery.token_to_send(session, mail)
        except delivery.MailLinkDead as error:
            delivery.record_failure(session, mail, error.code, is_told=error.has_expired)
            return None
        begun_before = mail.state is MailState.SENDING
        delivery.prepare_sending(mail, host=self._settings.public_host)
        message = render_mail(session, mail, token, settings=self._settings)
        return Begun(_Letter(message, tuple(mail.attachments)), begun_before=begun_before)

    def call(self, facts: _Letter) -> bool:
        """Where the server fell silent after it had all, the mail may arrive twice: that is written down."""
        try:
            attachments = tuple(self._read(one) for one in facts.enclosed)
            self._outside.mailer.send(replace(facts.message, attachments=attachments))
        except MailDelayed as error:
            self._may_have_arrived = error.may_have_arrived
            is_given_up = now() - facts.message.at > delivery.GIVE_UP_AFTER
            raise (FailedForGood if is_given_up else Postponed)(error.reason) from error
        except StorageUnavailable as error:
            raise Postponed(error.code) from error
        except MailRefused as error:
            raise FailedForGood(error.reason) from error
        except (BlobMissing, BlobDamaged) as error:
            raise FailedForGood(error.code) from error
        return True

    def record(self, session: Session, facts: _Letter, answer: bool) -> None:
        del facts, answer
        mail = delivery.find_mail(session, self._mail_id)
        if mail is not None:
            delivery.record_sent(mail)

    def record_failure(
        self, session: Session, facts: _Letter, error: Postponed | FailedForGood
    ) -> None:
        del facts
        mail = delivery.find_mail(session, self._mail_id)
        if mail is None:
            return
        if isinstance(error, FailedForGood):
            delivery.record_failure(session, mail, error.reason)
        else:
            delivery.record_delay(mail, error.reason, may_have_arrived=self._may_have_arrived)

    def _read(self, enclosed: dict[str, Any]) -> MailAttachment:
        data = self._outside.blobs.read(enclosed["sha256"])
        return MailAttachment(enclosed["filename"], enclosed["media_type"], data)
