"""What the trail says of amounts, and of whoever was not signed in."""

from app.models import AuditEvent
from app.views.history_words import change_details, who_of


def test_an_amount_is_written_in_its_currency_on_one_line(app):
    with app.test_request_context():
        lines = list(change_details({"amount_cents": [None, 66259], "currency": [None, "EUR"]}))

    assert len(lines) == 1
    assert "662,59" in lines[0][2]
    assert "€" in lines[0][2]


def test_a_failed_sign_in_is_somebodys_and_an_import_the_systems(app):
    with app.test_request_context():
        stranger = who_of(AuditEvent(action="SIGN_IN_FAILED", actor_name="visitor"))
        system = who_of(AuditEvent(action="INVOICE_IMPORTED", actor_name="system"))

    assert "visitor" not in stranger
    assert "system" not in system
    assert stranger != system
