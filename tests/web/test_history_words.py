"""What the trail says of amounts, of whoever was not signed in, and of mails and jobs."""

from app.models import AuditEvent
from app.views.history_words import change_details, history_line, who_of


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


def test_an_account_that_an_invited_person_made_is_not_the_systems(app):
    with app.test_request_context():
        invited = who_of(AuditEvent(action="USER_CREATED", actor_name="visitor"))
        system = who_of(AuditEvent(action="USER_CREATED", actor_name="system"))

    assert invited != system


def test_mails_and_jobs_are_called_by_words_and_other_names_left_alone(app):
    with app.test_request_context():
        mail = history_line(_about("MAIL_BOUNCED", "outgoing_mail", "INVITATION → a@b.example"))
        job = history_line(_about("JOB_CANCELLED", "job", "SEND_MAIL 53"))
        person = history_line(_about("INVITATION_SENT", "invitation", "INVITATION"))

    assert mail.text.endswith("nvitation → a@b.example")
    assert "INVITATION" not in mail.text
    assert job.text.endswith(" 53")
    assert "SEND_MAIL" not in job.text
    assert "INVITATION" in person.text


def _about(action: str, table: str, label: str) -> AuditEvent:
    return AuditEvent(
        action=action, actor_name="system", target_type=table, target_label=label, changes={}
    )
