"""What the demo holds once it is loaded, and that loading it again changes nothing."""

from types import SimpleNamespace

from sqlalchemy import delete, func, select, update

from app.cli.demo.load import load_demo
from app.domain.clock import today
from app.domain.invoicing import PaymentState
from app.extensions import ports
from app.models import (
    Address,
    Allocation,
    AuditEvent,
    Company,
    Contact,
    Invoice,
    InvoiceContent,
    IssuerSetting,
    Membership,
    Payment,
    PortalUser,
    Portfolio,
    PrecedingInvoice,
)
from app.security.cross_company import cross_company
from app.services.passwords import is_right_password
from tests import cast


def test_everybody_has_the_password_that_the_demo_prints(app):
    with app.app_context(), cross_company("a test") as session:
        stored = dict(session.execute(select(PortalUser.username, PortalUser.password)).all())

    assert set(stored) == set(cast.EVERYBODY)
    assert len(set(stored.values())) == 1
    assert is_right_password(cast.PASSWORD, stored[cast.CLAIRE])


def test_the_bakery_has_two_years_of_invoices_and_one_of_them_is_late(app):
    found = cast.invoices(app, cast.MARTIN)
    months = {one.issued_on.strftime("%Y-%m") for one in found if not one.is_credit_note}

    assert len(months) == 24
    assert max(months) == today().strftime("%Y-%m")
    assert sum(one.is_credit_note for one in found) == 3
    assert [one for one in found if one.overdue_days(today())] == [cast_overdue(found)]
    assert sum(one.payment_state is PaymentState.PARTLY for one in found) == 1


def test_payments_of_the_demo_are_matched_by_what_they_say(app):
    with app.app_context(), cross_company("a test") as session:
        left = select(Payment).where(Payment.left_cents > 0).order_by(Payment.left_cents)
        overpaid, unknown = session.scalars(left)

        assert (overpaid.company.name, overpaid.left_cents) == (cast.DUBOIS, 2_500)
        assert (unknown.company_id, unknown.left_cents) == (None, unknown.amount_cents)
        partly = select(func.count()).where(Invoice.payment_state == PaymentState.PARTLY)
        assert session.scalar(partly) == 2


def test_documents_of_the_demo_add_up_and_name_what_they_correct(app):
    with app.app_context(), cross_company("a test") as session:
        assert session.scalar(select(func.count()).where(Invoice.has_warnings)) == 0
        assert all(not warnings for warnings in session.scalars(select(InvoiceContent.warnings)))
        assert all(session.scalars(select(PrecedingInvoice.referenced_id)))


def test_identifiers_of_the_demo_come_from_the_range_nobody_has(app):
    with app.app_context(), cross_company("a test") as session:
        keys = list(session.scalars(select(Company.enterprise_key)))

    assert all("0990000000" <= key <= "0999999999" for key in keys)


def test_everything_of_the_cast_stands_in_the_audit_trail(app):
    rows = (Company, Address, Contact, Membership, Portfolio, PortalUser, IssuerSetting)
    with app.app_context(), cross_company("a test") as session:
        trail = select(AuditEvent.target_type, AuditEvent.target_id)
        told = {tuple(event) for event in session.execute(trail)}
        missing = {
            (kind.__tablename__, key)
            for kind in rows
            for key in session.scalars(select(kind.id))
            if (kind.__tablename__, key) not in told
        }

    assert missing == set()


def test_loading_again_changes_nothing(app):
    before = _counts(app)

    result = app.test_cli_runner().invoke(args=["demo", "load"])

    assert (result.exit_code, result.output) == (0, "The demo was loaded already.\n")
    assert _counts(app) == before


def test_a_load_that_was_killed_is_finished_by_the_next_one(app):
    before = _counts(app)
    with app.app_context():
        with cross_company("a test") as session:
            session.execute(delete(Allocation))
            session.execute(delete(Payment))
            session.execute(
                update(Invoice).values(
                    open_cents=Invoice.signed_cents, payment_state=PaymentState.OPEN
                )
            )
            session.commit()

        assert load_demo(blobs=ports().blobs, secret_key=app.secret_key)

    assert _counts(app)[0] == before[0]
    assert cast.overdue_invoice(app).open_cents > 0


def test_production_refuses_the_demo(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", SimpleNamespace(is_production=True))

    result = app.test_cli_runner().invoke(args=["demo", "load"])

    assert result.exit_code == 1
    assert "public passwords" in result.output


def cast_overdue(found):
    return next(one for one in found if one.open_cents > 0 and one.due_on < today())


def _counts(app):
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        return [
            session.scalar(select(func.count()).select_from(kind).where(*where))
            for kind, *where in (
                (Invoice,),
                (Company,),
                # Looking whether the demo is there is a look across companies, and leaves its trace.
                (AuditEvent, AuditEvent.action != "CROSS_COMPANY_OPENED"),
            )
        ]
