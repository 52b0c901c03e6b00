"""Files with payments for tests: CSV in our format, and bank statements as different banks write them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Invoice, Payment

ACCOUNT = "BE68539007547034"  # the textbook one
HEAD = "date;amount;currency;communication;payer;reference"


def csv_file(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines, ""]).encode()


@dataclass(frozen=True)
class Part:
    """One payment of an entry."""

    amount: str = ""
    structured: str = ""
    text: str = ""
    payer: str = "Boulangerie Martin SRL"
    reference: str = ""
    end_to_end: str = "NOTPROVIDED"
    direction: str = ""
    is_return: bool = False


@dataclass(frozen=True)
class Entry:
    """One booking of a statement."""

    amount: str = "100.00"
    direction: str = "CRDT"
    status: str = "BOOK"
    booked_on: str = "2026-11-02"
    reference: str = ""
    number: str = ""
    is_reversal: bool = False
    currency: str = "EUR"
    parts: tuple[Part, ...] = field(default=(Part(),))


def statement(*entries: Entry, version: str = "08", account: str = ACCOUNT) -> bytes:
    """One camt.053 message; versions up to 07 write status and parties the older way."""
    is_new = int(version) >= 8
    body = "".join(_entry(one, is_new=is_new) for one in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-11-03T06:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S-1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{body}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


def _entry(one: Entry, *, is_new: bool) -> str:
    status = f"<Sts><Cd>{one.status}</Cd></Sts>" if is_new else f"<Sts>{one.status}</Sts>"
    parts = "".join(_part(part, one.currency, is_new=is_new) for part in one.parts)
    return (
        "<Ntry>"
        + _tag("NtryRef", one.number)
        + f'<Amt Ccy="{one.currency}">{one.amount}</Amt><CdtDbtInd>{one.direction}</CdtDbtInd>'
        + ("<RvslInd>true</RvslInd>" if one.is_reversal else "")
        + status
        + f"<BookgDt><Dt>{one.booked_on}</Dt></BookgDt><ValDt><Dt>{one.booked_on}</Dt></ValDt>"
        + _tag("AcctSvcrRef", one.reference)
        + (f"<NtryDtls>{parts}</NtryDtls>" if parts else "")
        + "</Ntry>"
    )


def _part(one: Part, currency: str, *, is_new: bool) -> str:
    name = f"<Nm>{one.payer}</Nm>"
    structured = one.structured and (
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>"
        f"<Ref>{one.structured}</Ref></CdtrRefInf></Strd>"
    )
    return (
        "<TxDtls><Refs>"
        + _tag("AcctSvcrRef", one.reference)
        + f"<EndToEndId>{one.end_to_end}</EndToEndId></Refs>"
        + (f'<Amt Ccy="{currency}">{one.amount}</Amt>' if one.amount else "")
        + _tag("CdtDbtInd", one.direction)
        + f"<RltdPties><Dbtr>{f'<Pty>{name}</Pty>' if is_new else name}</Dbtr>"
        + "<DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct></RltdPties>"
        + f"<RmtInf>{_tag('Ustrd', one.text)}{structured}</RmtInf>"
        + ("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if one.is_return else "")
        + "</TxDtls>"
    )


def _tag(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>" if text else ""


def pay(session: "Session", company_id: int | None, cents: int, **values: Any) -> "Payment":
    """A payment that pays nothing yet."""
    from datetime import date

    from app.services.allocations import NewPayment, record_payment

    fields: dict[str, Any] = {"currency": "EUR", "received_on": date(2026, 11, 1), "source": "test"}
    return record_payment(session, NewPayment(company_id, cents, **(fields | values)))


def import_file(session: "Session", data: bytes, *, dry_run: bool = False) -> list[Any]:
    from datetime import date

    from app.documents.payment_files import read_payments
    from app.jobs.payment_import import plan_payments, run_payments
    from app.services.payments.lines import identified

    lines = identified(read_payments(data))
    act = plan_payments if dry_run else run_payments
    return act(session, lines, today=date(2026, 11, 30))


def is_true_to_the_rows(
    session: "Session", payments: "list[Payment]", invoices: "list[Invoice]"
) -> bool:
    """Whether what is stored of each is what its allocations say, and nobody gave more than there is."""
    from sqlalchemy import func, select

    from app.models import Allocation
    from app.services.allocations import open_projection

    def used(column: Any, row_id: int) -> int:
        total = select(func.coalesce(func.sum(Allocation.amount_cents), 0)).where(column == row_id)
        return int(session.scalars(total).one())

    for payment in payments:
        session.refresh(payment)
        if payment.left_cents != payment.amount_cents - used(Allocation.payment_id, payment.id):
            return False
    for invoice in invoices:
        session.refresh(invoice)
        told = (invoice.open_cents, invoice.payment_state)
        if told != open_projection(invoice.signed_cents, used(Allocation.invoice_id, invoice.id)):
            return False
    return all(0 <= one.left_cents <= one.amount_cents for one in payments) and all(
        0 <= one.open_cents <= one.signed_cents for one in invoices
    )
