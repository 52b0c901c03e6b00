"""An account of a statement: its lines, its balances, and which side an amount stands on."""

from datetime import date

import pytest

from app.domain.statement import AGES, Account, Movement, MovementKind

ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("kind", "cents", "debit", "credit"),
    [
        (MovementKind.INVOICE, 500, 500, None),
        (MovementKind.CREDIT_NOTE, -500, None, 500),
        (MovementKind.PAYMENT, -500, None, 500),
        (MovementKind.INVOICE, 0, 0, None),  # all of it was paid before
        (MovementKind.CREDIT_NOTE, 0, None, 0),
        (MovementKind.INVOICE, -500, None, 500),  # more than all of it
        (MovementKind.CREDIT_NOTE, 500, 500, None),
    ],
)
def test_what_raises_the_balance_is_a_debit(kind, cents, debit, credit):
    movement = Movement(ON, kind, cents)

    assert (movement.debit_cents, movement.credit_cents) == (debit, credit)


def test_each_line_has_the_balance_after_it_however_often_it_is_read():
    moves = (Movement(ON, MovementKind.INVOICE, 700), Movement(ON, MovementKind.PAYMENT, -900))
    account = Account("EUR", 100, 700, 900, 2, moves)

    for _time in range(2):
        assert [line.balance_cents for line in account.lines()] == [800, -100]
    assert account.closing_cents == -100


def test_every_age_is_there_and_what_explains_the_balance_is_unallocated_money():
    account = Account("EUR", 100, 700, 900, 2, (), {"NOT_DUE": 50}, unused_credit_cents=30)

    assert list(account.ages) == list(AGES)
    assert account.unallocated_cents == 50 - 30 - account.closing_cents
