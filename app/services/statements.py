"""The statement of account of a company: sums by a few statements; its lines are read as they are asked for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, case, func, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.einvoice import Contact, Party, PostalAddress
from app.domain.errors import DomainError
from app.domain.identifiers import BE_ENTERPRISE_SCHEME, Identifier
from app.domain.statement import Account, Statement
from app.models import Company, Invoice, IssuerSetting, Payment
from app.services.balances import MAIN_CURRENCY
from app.services.open_amounts import OpenAmounts, open_amounts
from app.services.statement_lines import Movements, Period


class StatementNeedsEveryAddress(DomainError):
    """Money is a company's, not an address's: who sees some addresses only gets no statement."""

    code: ClassVar[str] = "statement_needs_every_address"


def statement_of(session: Session, company_id: int, *, first: date, last: date) -> Statement:
    """The account of a company from `first` to `last`, both included, and what is open at the end of `last`.

    Documents count on the day they were issued, with what was to pay of them (`signed_cents`); payments of the
    company on the day they were received, with all their money, whatever it pays. Give today as `last` for a
    period that is not over. Three statements; the lines are read while they are walked through, so `session`
    must last as long.

    Raises StatementNeedsEveryAddress: the scope of the session hides the payments.
    """
    if getattr(session.info.get("scope"), "addresses", None) is not None:
        raise StatementNeedsEveryAddress
    issuer, company = _parties(session, company_id)
    period = Period(company_id, first, last)
    sums, is_open = _sums(session, period), open_amounts(session, company_id, on=last)
    moved = (code for code, one in sums.items() if one.opening or one.count)
    currencies = sorted(
        {*moved, *is_open} or {MAIN_CURRENCY}, key=lambda code: (code != MAIN_CURRENCY, code)
    )
    accounts = tuple(
        _account(
            Movements(session, period, code),
            sums.get(code, _Sums()),
            is_open.get(code, OpenAmounts()),
        )
        for code in currencies
    )
    return Statement(issuer, company, first, last, accounts)


@dataclass(slots=True)
class _Sums:
    """Of one currency; `credit` is negative, as its rows are."""

    opening: int = 0
    debit: int = 0
    credit: int = 0
    count: int = 0


def _account(movements: Movements, sums: _Sums, is_open: OpenAmounts) -> Account:
    return Account(
        currency=movements.currency,
        opening_cents=sums.opening,
        debit_cents=sums.debit,
        credit_cents=-sums.credit,
        count=sums.count,
        movements=movements,
        open_by_age=dict(is_open.by_age),
        unused_credit_cents=is_open.credit_cents,
    )


def _sums(session: Session, period: Period) -> Mapping[str, _Sums]:
    """What came before the period and what is in it, by currency; one statement."""
    money = -Payment.amount_cents
    parts = (
        _summed(Invoice, Invoice.issued_on, Invoice.signed_cents.expression, period),
        _summed(Payment, Payment.received_on, money, period),
    )
    rows = union_all(*(select(part.subquery()) for part in parts)).subquery()
    found: dict[str, _Sums] = defaultdict(_Sums)
    for row in session.execute(select(rows)):
        one = found[row.currency]
        one.opening += int(row.opening)
        one.debit += int(row.debit)
        one.credit += int(row.credit)
        one.count += row.number
    return found


def _summed(
    kind: type[Invoice] | type[Payment],
    on: InstrumentedAttribute[date],
    cents: ColumnElement[int],
    period: Period,
) -> Select[*tuple[Any, ...]]:
    before, inside = on < period.first, on >= period.first
    columns = {
        "opening": case((before, cents), else_=0),
        "debit": case((inside & (cents > 0), cents), else_=0),
        "credit": case((inside & (cents < 0), cents), else_=0),
        "number": case((inside, 1), else_=0),
    }
    sums = (func.sum(column).label(name) for name, column in columns.items())
    return (
        select(kind.currency.label("currency"), *sums)
        .where(kind.company_id == period.company_id, on <= period.last)
        .group_by(kind.currency)
    )


def _parties(session: Session, company_id: int) -> tuple[Party, Party]:
    """Who keeps the account, and whose it is; one statement."""
    company, issuer = session.execute(
        select(Company, IssuerSetting)
        .outerjoin(IssuerSetting, true())
        .where(Company.id == company_id)
    ).one()
    return _issuer(issuer), _company(company)


def _issuer(row: IssuerSetting | None) -> Party:
    if row is None:
        return Party()
    return Party(
        name=row.name,
        vat_id=row.vat_number or "",
        legal_id=_enterprise(row.enterprise_number),
        contact=Contact(phone=row.contact_phone or "", email=row.contact_email),
    )


def _company(row: Company) -> Party:
    return Party(
        name=row.name,
        vat_id=row.vat_number or "",
        legal_id=_enterprise(row.enterprise_number),
        ids=(Identifier(row.customer_number),) if row.customer_number else (),
        address=PostalAddress(
            street=row.street or "",
            additional_street=row.additional_street or "",
            city=row.city or "",
            postal_code=row.postcode or "",
            country=row.country,
        ),
    )


def _enterprise(number: str | None) -> Identifier | None:
    return Identifier(number, BE_ENTERPRISE_SCHEME) if number else None
