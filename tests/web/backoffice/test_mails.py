"""The delivery log: who sees which mail, what it never shows, and sending one again."""

import pytest
from sqlalchemy import select, update

from app.domain.audit import AuditAction
from app.domain.mail import MailKind, MailState
from app.domain.tokens import TokenPurpose
from app.models import OutgoingMail
from app.security.cross_company import cross_company
from app.services.mail import write_mail
from app.services.throttle import count_attempt, invitation_limits
from app.services.tokens import issue_token, secret_of
from tests import cast
from tests.invitations import invitations
from tests.web.backoffice.test_invitations import PAUL
from tests.web.backoffice.trail import events
from tests.web.test_confirm import grow_old

LIST = "/backoffice/mails/list/"


@pytest.fixture
def mail_of(app):
    """Makes a mail of a company, or of none, in a state, and gives its public id."""

    def make(company=None, state=MailState.SENT, *, to="anna@elsewhere.example", error=None):
        owner = cast.company(app, company).id if company else None
        with app.app_context(), cross_company("a test") as session:
            mail = write_mail(
                session,
                MailKind.PASSWORD_CHANGED,
                to=to,
                language="fr",
                context={"at": "2026-11-22T09:00:00+00:00"},
                company_id=owner,
            )
            session.execute(
                update(OutgoingMail)
                .where(OutgoingMail.id == mail.id)
                .values(state=state, last_error=error)
            )
            session.commit()
            return mail.public_id

    return make


@pytest.fixture
def reset_mail(app):
    """A mail that carries a link, its public id and the link's secret."""
    with app.app_context(), cross_company("a test") as session:
        user = cast.user(session, cast.CLAIRE)
        token = issue_token(
            session,
            TokenPurpose.RESET_PASSWORD,
            email=user.email,
            user_id=user.id,
            secret_key=app.secret_key,
        )
        mail = write_mail(
            session, MailKind.RESET_PASSWORD, to=user.email, language="fr", token=token
        )
        mail.state = MailState.FAILED
        session.commit()
        return mail.public_id, secret_of(token, secret_key=app.secret_key)


def mails(app, **wanted):
    return cast._all(app, select(OutgoingMail).filter_by(**wanted).order_by(OutgoingMail.id))


def shown(text, *public_ids):
    return [public_id for public_id in public_ids if str(public_id) in text]


def test_everybody_sees_the_mails_that_are_theirs_to_see(marc, sofia, ana, browser, mail_of):
    martin, peeters, nobodys = mail_of(cast.MARTIN), mail_of(cast.PEETERS), mail_of()

    every = (martin, peeters, nobodys)
    assert shown(marc.get(LIST).text, *every) == [martin]
    assert shown(browser(cast.NORA).get(LIST).text, *every) == [peeters]
    assert shown(sofia.get(LIST).text, *every) == [nobodys]
    assert shown(ana.get(LIST).text, *every) == [*every]


def test_a_customer_sees_none(browser, mail_of):
    mail_of(cast.MARTIN)

    assert browser(cast.CLAIRE).get(LIST).status_code == 403


def test_neither_the_link_nor_what_makes_it_is_shown(sofia, reset_mail):
    public_id, secret = reset_mail

    page = sofia.get(f"/backoffice/mails/show/{public_id}").text

    assert cast.CLAIRE in page
    assert secret not in page
    assert "/reset/" not in page


def test_a_failure_says_why_in_words(marc, mail_of):
    failed = mail_of(cast.MARTIN, MailState.FAILED, error="mail_link_dead")

    page = marc.get(f"/backoffice/mails/show/{failed}").text

    assert "mail_link_dead" not in page
    assert "Failed" in page


def test_a_mail_is_sent_again(app, marc, mail_of):
    failed = mail_of(cast.MARTIN, MailState.FAILED)
    path = f"/backoffice/mails/action/resend/{failed}"

    assert marc.post(path).status_code == 200, "it asks first"
    assert marc.post(path, {"confirmed": "1"}).status_code == 303

    former = mails(app, public_id=failed)[0]
    (again,) = mails(app, resend_of_id=former.id)
    assert (again.to_email, again.kind) == (former.to_email, former.kind)
    event = events(app, AuditAction.MAIL_RESENT)[0]
    assert (event.actor_name, event.company_id) == ("Marc Manager", former.company_id)


def test_a_link_sent_again_is_another_one(app, sofia, reset_mail, client):
    public_id, secret = reset_mail
    assert client.get(f"/reset/{secret}").status_code == 200

    sofia.post(f"/backoffice/mails/action/resend/{public_id}", {"confirmed": "1"})

    former = mails(app, public_id=public_id)[0]
    (again,) = mails(app, resend_of_id=former.id)
    assert again.token_id != former.token_id
    assert client.get(f"/reset/{secret}").status_code != 200


def test_a_mail_on_its_way_is_not_sent_twice(app, marc, mail_of):
    waiting = mail_of(cast.MARTIN, MailState.QUEUED)
    assert "/action/resend/" not in marc.get(f"/backoffice/mails/show/{waiting}").text

    marc.post(f"/backoffice/mails/action/resend/{waiting}", {"confirmed": "1"})

    assert mails(app, resend_of_id=mails(app, public_id=waiting)[0].id) == []


@pytest.mark.parametrize("who", [cast.NORA, cast.ANA, cast.CLAIRE, cast.SOFIA])
def test_nobody_else_sends_a_mail_again(app, browser, mail_of, who):
    failed = mail_of(cast.MARTIN, MailState.FAILED)

    answer = browser(who).post(f"/backoffice/mails/action/resend/{failed}", {"confirmed": "1"})

    assert answer.status_code in {403, 404}
    assert events(app, AuditAction.MAIL_RESENT) == []


def test_the_tab_of_a_company_lists_its_mails(app, marc, mail_of):
    martin, dubois = mail_of(cast.MARTIN), mail_of(cast.DUBOIS)
    company = cast.company_id(app, cast.MARTIN)

    page = marc.get(LIST, query_string={"_flt_1_company_id": str(company)}).text

    assert shown(page, martin, dubois) == [martin]


def test_the_overview_counts_what_did_not_arrive(marc, browser, mail_of):
    assert "Mails that did not arrive" not in marc.get("/backoffice/").text

    mail_of(cast.MARTIN, MailState.FAILED)

    assert "Mails that did not arrive" in marc.get("/backoffice/").text
    assert "Mails that did not arrive" not in browser(cast.NORA).get("/backoffice/").text


def test_an_invitation_is_sent_again_by_its_own_rules(app, marc):
    """Else this screen would send without a fresh sign-in, and as many as one likes."""
    key = mail_of_invitation(app)
    path = f"/backoffice/mails/action/resend/{key}"
    grow_old(app)
    assert marc.post(path, {"confirmed": "1"}).status_code == 403
    assert invitations(app, PAUL)[0].sent_count == 1

    grow_old(app, minutes=0)
    use_up_invitations(app)
    assert marc.post(path, {"confirmed": "1"}).status_code == 429
    assert invitations(app, PAUL)[0].sent_count == 1


def mail_of_invitation(app):
    """The public id of a mail that was sent, by which somebody is invited."""
    with app.app_context(), cross_company("a test") as session:
        mail = session.scalars(
            select(OutgoingMail).where(OutgoingMail.kind == MailKind.INVITATION)
        ).one()
        mail.state = MailState.SENT
        session.commit()
        return mail.public_id


def use_up_invitations(app):
    """Marc has invited as many people as he may for now."""
    with app.app_context(), cross_company("a test") as session:
        limits = invitation_limits(str(app.secret_key), account=cast.MARC, ip="127.0.0.1")
        count_attempt(session, limits[:1], times=limits[0].most)
        session.commit()
