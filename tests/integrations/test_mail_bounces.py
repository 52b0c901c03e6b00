"""Reading what mail servers say about a mail that did not arrive."""

import pytest

from app.domain.mail import Bounce
from app.integrations.mail.bounces import BounceUnreadable, read_bounce
from tests.integrations.bounce_samples import ADDRESS, MESSAGE_ID, notice

WHOLE = notice()
HEAD_ALONE = notice(returned="text/rfc822-headers")


@pytest.mark.parametrize("data", [WHOLE, HEAD_ALONE], ids=["whole", "head"])
def test_a_final_notice_names_the_mail_the_address_and_the_reason(data):
    assert read_bounce(data) == Bounce(MESSAGE_ID, ADDRESS, "5.1.1", is_final=True)


def test_line_ends_do_not_matter():
    assert read_bounce(WHOLE.replace(b"\n", b"\r\n")).message_id == MESSAGE_ID


def test_a_notice_of_a_delay_is_not_final():
    bounce = read_bounce(notice(action="delayed", status="4.4.1"))

    assert (bounce.is_final, bounce.status) == (False, "4.4.1")


def test_a_notice_may_quote_nothing_of_the_mail():
    bounce = read_bounce(notice(returned=None))

    assert (bounce.message_id, bounce.recipient) == ("", ADDRESS)


def test_the_address_is_the_one_we_wrote_to_and_not_where_it_was_forwarded():
    data = notice(extra="Original-Recipient: rfc822; First@Martin.example\n")

    assert read_bounce(data).recipient == "first@martin.example"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe not a mail",
        b"Subject: Out of office\n\nI am back on Monday.\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\n\nnothing\n--x--\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n--x--\n",
        WHOLE.replace(b"multipart/report", b"multipart/mixed"),
    ],
)
def test_anything_else_is_left_to_a_person(data):
    with pytest.raises(BounceUnreadable):
        read_bounce(data)
