"""Invitations under two hands at once, and what becomes of those that wait."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.domain.access import InvitationState
from app.domain.clock import now, today
from app.domain.errors import DomainError
from app.domain.roles import EmployerRole
from app.models import Company, Invitation, Membership, Token
from app.security.cross_company import cross_company
from app.services.invitation_acceptance import accept_as_known
from app.services.invitations import (
    AccessEndsInThePast,
    InvitationSettled,
    Inviter,
    NobodyLeftToInvite,
    Terms,
    expire_invitations,
    invite,
    resend_invitation,
    revoke_invitation,
)
from app.services.memberships import AccessValues, change_access, take_access_back
from app.services.tokens import secret_of
from tests import cast
from tests.invitations import invitations

NEW = "neu@boulangerie-martin.example"
KEY = "a-key-that-only-this-test-knows-012345"
VIEWER = Terms(EmployerRole.EMPLOYER_VIEWER)
NOBODY = Inviter(None, None)


@pytest.fixture
def everywhere(app):
    """A session that sees every company."""
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        yield session


def martin(session):
    return session.scalars(select(Company).where(Company.name == cast.MARTIN)).one()


def invited(session, email=NEW, terms=VIEWER):
    invite(session, martin(session), [email], terms, by=NOBODY, secret_key=KEY)
    session.commit()
    return latest(session, email)


def latest(session, email=NEW):
    statement = select(Invitation).where(Invitation.email == email)
    return session.scalars(statement.order_by(Invitation.id.desc())).first()


def secret(session, invitation):
    return secret_of(session.get_one(Token, invitation.token_id), secret_key=KEY)


def at_once(app, *acts):
    """Each act in a thread and a session of its own; what each came to, sorted."""
    together, outcomes = Barrier(len(acts)), []

    def run(act):
        with app.app_context(), cross_company("a test") as session:
            together.wait(10)
            try:
                act(session)
                session.commit()
                outcomes.append("done")
            except DomainError as error:
                session.rollback()
                outcomes.append(error.code)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_invite_somebody_at_once_one_mail_goes_out(app):
    def act(session):
        invite(session, martin(session), [NEW], VIEWER, by=NOBODY, secret_key=KEY)

    assert at_once(app, act, act) == ["done", "nobody_left_to_invite"]
    assert len(invitations(app, NEW)) == 1


def test_an_invitation_is_either_accepted_or_revoked(app, everywhere):
    invitation = invited(everywhere, cast.PIETER)
    link, key, pieter = (
        secret(everywhere, invitation),
        invitation.id,
        cast.user(app, cast.PIETER).id,
    )
    everywhere.rollback()
    outcomes = at_once(
        app,
        lambda session: accept_as_known(session, link, pieter),
        lambda session: revoke_invitation(session, session.get_one(Invitation, key)),
    )

    state = invitations(app, cast.PIETER)[0].state
    assert outcomes in (["done", "invitation_settled"], ["done", "link_dead"])
    is_member = bool(
        cast._all(app, select(Membership).filter_by(user_id=pieter, company_id=_martin_id(app)))
    )
    assert is_member is (state is InvitationState.ACCEPTED)


def _martin_id(app):
    return cast.company(app, cast.MARTIN).id


def test_of_ten_clicks_of_somebody_known_one_counts(app, everywhere):
    link = secret(everywhere, invited(everywhere, cast.PIETER))
    pieter = cast.user(app, cast.PIETER).id
    everywhere.rollback()
    outcomes = at_once(app, *[lambda session: accept_as_known(session, link, pieter)] * 10)

    assert outcomes == ["done", *["link_dead"] * 9]


def test_what_was_sent_again_does_not_expire_with_its_first_link(everywhere):
    invitation = invited(everywhere)
    invitation.expires_at = now() - timedelta(minutes=1)
    everywhere.commit()
    resend_invitation(everywhere, invitation, by=NOBODY, secret_key=KEY)
    everywhere.commit()

    assert expire_invitations(everywhere) == 0
    assert latest(everywhere).state is InvitationState.PENDING


def test_a_settled_invitation_is_neither_sent_nor_revoked(everywhere):
    invitation = invited(everywhere)
    revoke_invitation(everywhere, invitation)

    with pytest.raises(InvitationSettled):
        revoke_invitation(everywhere, invitation)
    with pytest.raises(InvitationSettled):
        resend_invitation(everywhere, invitation, by=NOBODY, secret_key=KEY)


def test_an_expired_one_is_not_sent_again_beside_a_newer_one(everywhere):
    first = invited(everywhere)
    first.expires_at = now() - timedelta(minutes=1)
    everywhere.commit()
    assert invited(everywhere).id != first.id

    with pytest.raises(InvitationSettled):
        resend_invitation(everywhere, first, by=NOBODY, secret_key=KEY)


def test_access_that_would_be_over_is_not_offered(everywhere):
    yesterday = Terms(EmployerRole.EMPLOYER_VIEWER, today() - timedelta(days=1))
    with pytest.raises(AccessEndsInThePast):
        invite(everywhere, martin(everywhere), [NEW], yesterday, by=NOBODY, secret_key=KEY)


def test_access_taken_back_takes_an_invitation_along_that_waits(app, everywhere):
    """Invited while the access was over, then let in by hand, then removed: the mail opens nothing."""
    vera = cast.membership(app, cast.VERA, cast.MARTIN).id
    membership = everywhere.get_one(Membership, vera)
    over = AccessValues(membership.role, None, today() - timedelta(days=1))
    change_access(everywhere, membership, over)
    invitation = invited(everywhere, cast.VERA)
    change_access(everywhere, membership, AccessValues(membership.role))
    take_access_back(everywhere, membership)
    everywhere.commit()

    assert latest(everywhere, cast.VERA).state is InvitationState.REVOKED
    with pytest.raises(DomainError):
        accept_as_known(everywhere, secret(everywhere, invitation), cast.user(app, cast.VERA).id)


def test_somebody_who_has_access_is_not_invited(everywhere):
    with pytest.raises(NobodyLeftToInvite):
        invited(everywhere, cast.VERA)
