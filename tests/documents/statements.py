"""Statements of account for tests of what is made of them."""

from datetime import date, timedelta

from app.domain.einvoice import Contact, Party, PostalAddress
from app.domain.identifiers import Identifier
from app.domain.statement import Account, Movement, MovementKind, Statement

FIRST, LAST = date(2026, 1, 1), date(2026, 11, 30)
ISSUER = Party(
    name="Titres Demo SA",
    vat_id="BE0999000228",
    contact=Contact(phone="+32 2 000 00 00", email="clients@issuer.example"),
)
COMPANY = Party(
    name="Boulangerie Łukasz Œuvrard & Fils SRL",
    vat_id="BE0417497106",
    ids=(Identifier("C-10021"),),
    address=PostalAddress(street="Rue du Pont 12", city="Liège", postal_code="4000", country="BE"),
)
KINDS = (
    MovementKind.INVOICE,
    MovementKind.PAYMENT,
    MovementKind.INVOICE,
    MovementKind.CREDIT_NOTE,
)


def movements(count: int, *, times: int = 1) -> tuple[Movement, ...]:
    """That many, one a day and then again from the first day, with amounts of `times` a few hundred euros."""
    return tuple(_movement(number, times) for number in range(count))


def _movement(number: int, times: int) -> Movement:
    kind, on = KINDS[number % 4], FIRST + timedelta(days=number * 300 // 1000)
    cents = (12_345 + number) * times
    is_money = kind is MovementKind.PAYMENT
    return Movement(
        on=on,
        kind=kind,
        cents=cents if kind is MovementKind.INVOICE else -cents // 2,
        number="" if is_money else f"F-2026-{number:05}",
        reference="202600123464" if is_money else "PO-4711",
        due_on=None if is_money else on + timedelta(days=30),
    )


def account(
    lines: tuple[Movement, ...], currency: str = "EUR", *, opening: int = 150_000
) -> Account:
    """Of these movements; 500 more are late and 300 of credit and 200 of money are left than make the balance."""
    debit = sum(one.debit_cents or 0 for one in lines)
    credit = sum(one.credit_cents or 0 for one in lines)
    closing = opening + debit - credit
    return Account(
        currency=currency,
        opening_cents=opening,
        debit_cents=debit,
        credit_cents=credit,
        count=len(lines),
        movements=lines,
        open_by_age={"NOT_DUE": closing, "LATE_31_60": 500},
        unused_credit_cents=300,
    )


def statement(*accounts: Account, company: Party = COMPANY) -> Statement:
    return Statement(ISSUER, company, FIRST, LAST, accounts or (account(movements(8)),))
