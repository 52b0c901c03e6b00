"""What a mail says: its facts in the recipient's language, once as HTML and once as plain text."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

from css_inline import CSSInliner
from flask import Flask, current_app
from flask_babel import force_locale
from jinja2 import Environment, StrictUndefined
from sqlalchemy.orm import Session

from app.domain.administrators import AdministratorChange
from app.domain.change_requests import ChangeField
from app.domain.languages import LANGUAGES
from app.domain.mail import MailMessage
from app.domain.mail_contents import CONTENTS, Fact
from app.domain.roles import EmployerRole
from app.fab.labels import label_of
from app.jobs.mail_subjects import SUBJECTS
from app.models import OutgoingMail, PortalUser, Token
from app.services.issuer import UNNAMED
from app.services.issuer_settings import IssuerValues, read_issuer
from app.services.tokens import secret_of
from config import Settings

_EMPTY_LINES = re.compile(r"\n\s*\n")
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
"""Styles go to where they apply, because many mail programs read no others; the dark ones stay together."""


def render_mail(
    session: Session,
    mail: OutgoingMail,
    token: Token | None,
    *,
    settings: Settings,
) -> MailMessage:
    """The mail as its recipient gets it, less what is attached; only here, nowhere stored, its link stands in full.

    `mail.message_id` is set, and `token` given where the kind of mail has a link.
    """
    issuer = read_issuer(session)[0]
    language = mail.language if mail.language in LANGUAGES else issuer.default_language
    with force_locale(language):
        facts = {
            **_facts_of(mail),
            **_facts_of_recipient(session, mail),
            **_facts_of_issuer(issuer, settings),
            **_facts_of_link(mail, token, settings),
            "language": language,
        }
        facts["subject"] = str(SUBJECTS[mail.kind]) % facts
        html = _rendered(mail, "html", facts)
        text = _rendered(mail, "txt", facts)
    return MailMessage(
        message_id=mail.message_id or "",
        to=mail.to_email,
        sender_name=issuer.sender_name or UNNAMED.name,
        sender_email=issuer.sender_email or f"no-reply@{settings.public_host}",
        reply_to=issuer.contact_email,
        subject=facts["subject"],
        language=language,
        text=_EMPTY_LINES.sub("\n\n", text).strip() + "\n",
        html=_INLINER.inline(html),
        at=mail.written_at,
    )


def masked(email: str) -> str:
    """An address by its first letter and its domain: enough to know one's own, too little for others."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def _facts_of(mail: OutgoingMail) -> dict[str, Any]:
    """The stored facts as templates want them; what happened did so when the mail was written, unless it says."""
    facts = {
        name: _as_value(mail.context.get(name), fact)
        for name, fact in CONTENTS[mail.kind].facts.items()
    }
    return {**facts, "at": facts.get("at") or mail.written_at}


def _as_value(stored: object, fact: Fact) -> object:
    if fact is Fact.ROLE:
        return label_of(EmployerRole(str(stored)))
    if fact is Fact.ADMINISTRATOR_CHANGE:
        return label_of(AdministratorChange(str(stored)))
    if fact is Fact.CHANGES:
        return [_change_in_words(*one) for one in _listed(stored)]
    if fact is Fact.OPTIONAL_DATE and stored is not None:
        return date.fromisoformat(str(stored))
    if fact is Fact.OPTIONAL_INSTANT and stored is not None:
        return datetime.fromisoformat(str(stored))
    return stored


def _change_in_words(field: str, old: str | None, new: str | None) -> tuple[str, str]:
    """The label of a value, and what becomes of what."""
    return str(label_of(ChangeField(field))), f"{old or '—'} → {new or '—'}"


def _listed(stored: object) -> list[Any]:
    return stored if isinstance(stored, list) else []


def _facts_of_recipient(session: Session, mail: OutgoingMail) -> dict[str, Any]:
    user = session.get(PortalUser, mail.user_id) if mail.user_id is not None else None
    return {"to": mail.to_email, "first_name": "" if user is None else user.first_name or ""}


def _facts_of_issuer(issuer: IssuerValues, settings: Settings) -> dict[str, Any]:
    return {
        "issuer": issuer.name or UNNAMED.name,
        "contact_email": issuer.contact_email,
        "contact_phone": issuer.contact_phone,
        "portal_url": settings.public_url,
    }


def _facts_of_link(mail: OutgoingMail, token: Token | None, settings: Settings) -> dict[str, Any]:
    path = CONTENTS[mail.kind].link
    if path is None or token is None:
        return {"link": "", "link_ends_at": None}
    secret = secret_of(token, secret_key=settings.secret_key.get_secret_value())
    return {
        "link": settings.public_url + path.format(secret=secret),
        "link_ends_at": token.expires_at,
    }


def _rendered(mail: OutgoingMail, form: str, facts: Mapping[str, Any]) -> str:
    """One template per kind says it; `form` is whose layout and parts it says it with."""
    template = _environment(form).get_template(f"mail/{mail.kind.value.lower()}.jinja")
    return template.render(
        **facts, layout=f"mail/layout.{form}", parts=f"mail/parts.{form}", kind=mail.kind.value
    )


_environments: WeakKeyDictionary[Flask, dict[str, Environment]] = WeakKeyDictionary()


def _environment(form: str) -> Environment:
    """The pages' environment, stricter: a fact that is missing is a mistake, never a gap in a mail."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - a proxy keys nothing
    kept = _environments.setdefault(app, {})
    if form not in kept:
        kept[form] = app.jinja_env.overlay(
            undefined=StrictUndefined,
            autoescape=form == "html",
            trim_blocks=True,
            lstrip_blocks=True,
        )
        kept[form].filters["masked"] = masked
    return kept[form]
