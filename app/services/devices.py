"""The browsers people sign in from: which one is new to whom, and the mail that tells them."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.devices import device_name
from app.domain.mail import MailKind
from app.models import LoginSession, PortalUser
from app.services.audit import record
from app.services.mail import write_mail
from app.services.sessions import hash_token


def note_device(
    session: Session, login: LoginSession, device: str, *, request_id: str | None = None
) -> bool:
    """Write the browser into a session that begins, and tell its person where it is new to them.

    `device` is the secret of the browser's cookie, of which the hash is kept. The very first sign-in of somebody
    is from a new browser by its nature and is not told. True when it was told.

    Source: OWASP ASVS 5, 6.3.5 (people are told of sign-ins from an unusual client).
    """
    login.device_sha256 = hash_token(device)
    in_this_one = case((LoginSession.device_sha256 == login.device_sha256, 1))
    earlier, here = session.execute(
        select(func.count(), func.count(in_this_one)).where(
            LoginSession.user_id == login.user_id, LoginSession.id != login.id
        )
    ).one()
    if here or not earlier:
        return False
    user = session.get_one(PortalUser, login.user_id)
    name = device_name(login.user_agent)
    actor = Actor(user.id, user.name, None, login.ip, request_id)
    changes = {"device": (None, name)} if name else {}
    record(session, AuditAction.NEW_DEVICE_SEEN, target=user, changes=changes, actor=actor)
    write_mail(
        session,
        MailKind.NEW_DEVICE,
        to=user.email,
        language=user.language,
        context={"device": name, "ip": login.ip, "at": login.created_at},
        user_id=user.id,
    )
    return True
