"""Notices of mail that did not arrive, as Postfix writes them (RFC 3464)."""

MESSAGE_ID = "<6d451020-ec9b-4139-90a0-0b338c891c06@portal.example>"
ADDRESS = "nobody@boulangerie-martin.example"

_NOTICE = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: factures@issuer.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="A1/mx.example"
Message-Id: <another@mx.example>

This is a MIME-encapsulated message.

--A1/mx.example
Content-Type: text/plain; charset=us-ascii

<{address}>: host mx.martin.example said: {status} refused

--A1/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Sender: rfc822; factures@issuer.example

Final-Recipient: rfc822; {address}
{extra}Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user
"""
_RETURNED = """
--A1/mx.example
Content-Type: {kind}

Subject: Your password was changed
From: Titres Demo SA <factures@issuer.example>
To: {address}
Message-ID: {message_id}

"""


def notice(
    *,
    message_id=MESSAGE_ID,
    address=ADDRESS,
    action="failed",
    status="5.1.1",
    returned="message/rfc822",
    extra="",
):
    """`returned` is how the mail comes back; None: not at all. `extra` are lines about the recipient."""
    text = _NOTICE.format(address=address, action=action, status=status, extra=extra)
    if returned is not None:
        text += _RETURNED.format(kind=returned, address=address, message_id=message_id)
    return (text + "\n--A1/mx.example--\n").encode()
