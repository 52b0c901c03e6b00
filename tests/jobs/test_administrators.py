"""Administrators are told when one of them signs in otherwise than before; nobody else is, and nobody twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.jobs import Task
from app.domain.mail import MailKind
from app.domain.roles import EmployerRole, StaffRole
from app.models import AuditEvent, Job, Membership, OutgoingMail, PortalUser
from tests import cast
from tests.mails import last_mail, mails

ADMIN = EmployerRole.EMPLOYER_ADMIN


@pytest.fixture
def everything(app):
    """A session that sees all companies, and leaves no trace of its own."""
    from app.extensions import db
    from app.security.scope import EVERYTHING
    from app.security.tenancy import TenantSession, open_scope

    with app.app_context(), TenantSession(db=db, info={"engine": "system"}) as session:
        open_scope(session, EVERYTHING)
        yield session


@pytest.fixture
def become(everything):
    """Give somebody of the cast another role at a company, or other values of their access."""

    def become(email, company, role=ADMIN, **values):
        key = cast.membership(everything, email, company).id
        membership = everything.get_one(Membership, key)
        for name, value in {"role": role, **values}.items():
            setattr(membership, name, value)
        everything.commit()

    return become


@pytest.fixture
def change(everything, run_jobs):
    """Something about how somebody signs in becomes another, and the jobs that it sets off are done."""

    def change(email, what=AdministratorChange.SECOND_STEP_DISABLED):
        from app.services.administrator_notices import have_administrators_told

        have_administrators_told(everything, person(everything, email), what)
        everything.commit()
        run_jobs()

    return change


def person(session, email):
    return session.scalars(select(PortalUser).where(PortalUser.username == email)).one()


def told(session):
    statement = select(OutgoingMail).where(OutgoingMail.kind == MailKind.ADMINISTRATOR_CHANGED)
    return sorted((one.to_email, one.context["company"]) for one in session.scalars(statement))


def test_the_other_administrators_are_told_and_nobody_else(everything, become, change):
    become(cast.VERA, cast.MARTIN)
    change(cast.CLAIRE)

    assert told(everything) == [(cast.VERA, cast.MARTIN)]


def test_the_mail_names_person_company_and_what_and_no_more(app, everything, become, change):
    become(cast.VERA, cast.MARTIN)
    person(everything, cast.VERA).language = "en"
    person(everything, cast.CLAIRE).email = "claire.new@elsewhere.example"
    change(cast.CLAIRE, AdministratorChange.EMAIL_CHANGED)
    mail = last_mail(app, cast.VERA)

    assert cast.MARTIN in mail.subject
    for said in (cast.MARTIN, "Claire Dubois", "Other e-mail address to sign in with"):
        assert said in mail.text
    assert "elsewhere.example" not in mail.text + mail.html
    assert cast.CLAIRE not in mail.text + mail.html


def test_it_is_told_in_each_company_to_its_own_administrators(everything, become, change):
    become(cast.INES, cast.MARTIN)
    become(cast.INES, cast.PEETERS)
    change(cast.INES)

    assert told(everything) == [(cast.CLAIRE, cast.MARTIN), (cast.PIETER, cast.PEETERS)]
    owners = select(OutgoingMail.company_id).where(
        OutgoingMail.kind == MailKind.ADMINISTRATOR_CHANGED
    )
    companies = {cast.company(everything, one).id for one in (cast.MARTIN, cast.PEETERS)}
    assert set(everything.scalars(owners)) == companies


@pytest.mark.parametrize("who", [cast.BRUNO, cast.VERA, cast.LEA])
def test_of_whoever_is_no_administrator_nothing_is_told_and_no_trace_stays(everything, change, who):
    opened = select(AuditEvent).where(AuditEvent.action == AuditAction.CROSS_COMPANY_OPENED.value)
    before = len(everything.scalars(opened).all())
    change(who)

    assert told(everything) == []
    assert len(everything.scalars(opened).all()) == before


@pytest.mark.parametrize(
    "values",
    [{"expires_on": today() - timedelta(days=1)}, {"role": EmployerRole.EMPLOYER_BILLING}],
    ids=["over", "another role"],
)
@pytest.mark.parametrize("whose", [cast.CLAIRE, cast.VERA], ids=["of the person", "of the other"])
def test_access_that_is_no_administrators_does_not_count(everything, become, change, values, whose):
    become(cast.VERA, cast.MARTIN)
    become(whose, cast.MARTIN, **values)
    change(cast.CLAIRE)

    assert told(everything) == []


def test_an_administrator_who_was_disabled_is_not_told(everything, become, change):
    become(cast.VERA, cast.MARTIN)
    person(everything, cast.VERA).active = False
    change(cast.CLAIRE)

    assert told(everything) == []


def test_people_of_the_issuer_are_nobodys_administrators(everything, become, change):
    become(cast.VERA, cast.MARTIN)
    person(everything, cast.VERA).staff_role = StaffRole.AUDITOR
    change(cast.VERA)
    change(cast.CLAIRE)

    assert told(everything) == []
    jobs = select(Job).where(Job.task == Task.TELL_ADMINISTRATORS)
    assert len(everything.scalars(jobs).all()) == 1, "of somebody of the issuer none is asked for"


def test_done_again_it_tells_nobody_twice(app, everything, become):
    from app.jobs.administrators import tell_administrators
    from app.jobs.work import Work

    become(cast.VERA, cast.MARTIN)
    arguments = {
        "user": cast.user(everything, cast.CLAIRE).id,
        "change": AdministratorChange.RECOVERY_CODES_MADE.value,
        "at": now().isoformat(),
    }
    for attempt in (1, 2):
        tell_administrators(Work(1, Task.TELL_ADMINISTRATORS, arguments, None, attempt))
    assert told(everything) == [(cast.VERA, cast.MARTIN)]

    again = arguments | {"at": now().isoformat()}
    tell_administrators(Work(2, Task.TELL_ADMINISTRATORS, again, None, 1))
    assert len(told(everything)) == 2, "a second change is told as well"


def test_another_address_given_by_an_administrator_of_the_issuer_is_told(
    app, everything, become, run_jobs
):
    from app.services.users_admin import UserValues, change_user

    become(cast.VERA, cast.MARTIN)
    change_user(
        everything,
        person(everything, cast.CLAIRE),
        UserValues("claire@new.example", "Claire", "Dubois", "fr"),
    )
    everything.commit()
    run_jobs()

    assert told(everything) == [(cast.VERA, cast.MARTIN)]
    assert mails(app, "claire@new.example") == []
