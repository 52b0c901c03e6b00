"""The outside-effect mechanism: what is on disk at each step, and what a repeat does."""

import pytest

from app.domain.jobs import FailedForGood, Postponed, Task
from app.jobs.effects import Begun, OutsideEffect, run_effect
from app.jobs.work import Work
from app.queue.ledger import LeaseLost


class Stop(BaseException):
    """The worker is killed here."""


class Order(OutsideEffect[str, str]):
    """Orders something from a stub; the row is what other sessions can see of it."""

    def __init__(self, row, stub, *, askable=True, killed_at=None):
        self.row = row
        self.stub = stub
        self.askable = askable
        self.killed_at = killed_at

    def prepare(self, session):
        state = self.row.read(session)
        if state == "done":
            return None
        self.row.write(session, "doing")
        return Begun("key-1", begun_before=state == "doing")

    def ask(self, facts):
        self.stub.asked.append(facts)
        return self.stub.orders.get(facts) if self.askable else None

    def call(self, facts):
        if self.killed_at == "call":
            raise Stop
        return self.stub.order(facts)

    def record(self, session, facts, answer):
        if self.killed_at == "record":
            raise Stop
        self.row.write(session, "done")
        self.answer = answer

    def record_failure(self, session, facts, error):
        self.row.write(session, error.code)


class Stub:
    def __init__(self, *refusals):
        self.refusals = list(refusals)
        self.orders = {}
        self.calls = 0
        self.asked = []

    def order(self, key):
        self.calls += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return self.orders.setdefault(key, f"order {len(self.orders) + 1}")


class Row:
    """One row of the real database, its state in a company's name."""

    def read(self, session):
        return self._company(session).name

    def write(self, session, state):
        self._company(session).name = state
        session.flush()

    def _company(self, session):
        from app.models import Company

        return session.get(Company, 1)

    def committed(self, work):
        with work.session() as session:
            return self.read(session)


@pytest.fixture
def work(app):
    with app.app_context():
        yield Work(1, Task.PURGE_EXPIRED, {}, company_id=1, attempt=1)


@pytest.fixture
def row():
    return Row()


def test_it_is_on_disk_before_anybody_outside_is_asked(work, row):
    seen = []

    class Looking(Stub):
        def order(self, key):
            seen.append(row.committed(work))
            return super().order(key)

    effect = Order(row, Looking())
    run_effect(work, effect)

    assert seen == ["doing"]
    assert row.committed(work) == "done"
    assert effect.answer == "order 1"


def test_a_repeat_of_what_is_done_calls_nobody(work, row):
    stub = Stub()
    run_effect(work, Order(row, stub))

    run_effect(work, Order(row, stub))

    assert (stub.calls, stub.asked) == (1, [])


def test_a_worker_killed_after_the_call_leaves_a_row_in_between_and_the_repeat_asks(work, row):
    stub = Stub()
    with pytest.raises(Stop):
        run_effect(work, Order(row, stub, killed_at="record"))
    assert row.committed(work) == "doing"

    effect = Order(row, stub)
    run_effect(work, effect)

    assert (stub.calls, stub.asked) == (1, ["key-1"])
    assert effect.answer == "order 1"
    assert row.committed(work) == "done"


def test_a_worker_killed_before_the_call_is_made_up_for(work, row):
    stub = Stub()
    with pytest.raises(Stop):
        run_effect(work, Order(row, stub, killed_at="call"))

    run_effect(work, Order(row, stub))

    assert (stub.calls, stub.asked) == (1, ["key-1"])


def test_what_cannot_be_asked_is_called_again_under_the_same_key(work, row):
    stub = Stub()
    with pytest.raises(Stop):
        run_effect(work, Order(row, stub, killed_at="record"))

    run_effect(work, Order(row, stub, askable=False))

    assert stub.calls == 2
    assert list(stub.orders) == ["key-1"]


@pytest.mark.parametrize(
    ("refusal", "code"), [(Postponed(), "postponed"), (FailedForGood("no"), "failed_for_good")]
)
def test_what_surely_was_not_done_is_written_down(work, row, refusal, code):
    with pytest.raises(type(refusal)):
        run_effect(work, Order(row, Stub(refusal)))

    assert row.committed(work) == code


def test_what_nobody_knows_the_end_of_stays_in_between(work, row):
    with pytest.raises(TimeoutError):
        run_effect(work, Order(row, Stub(TimeoutError())))

    assert row.committed(work) == "doing"


def test_who_has_lost_the_job_calls_nobody(app, row):
    def lost():
        raise LeaseLost

    stub = Stub()
    with app.app_context(), pytest.raises(LeaseLost):
        run_effect(
            Work(1, Task.PURGE_EXPIRED, {}, company_id=1, attempt=1, hold=lost), Order(row, stub)
        )

    assert stub.calls == 0
