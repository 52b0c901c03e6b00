"""The ledger itself: who gets a job when, and how one is buried that no worker survives."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.clock import now
from app.domain.jobs import JobState
from app.models import Job
from app.queue.backoff import MOST_ATTEMPTS
from app.queue.ledger import ABANDONED, Claim, LeaseLost
from tests.queue.bench import CHECKED

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def change(bench):
    def change(number, **values):
        statement = update(Job).where(Job.id == number).values(**values)
        with bench.session() as session, session.begin():
            session.execute(statement, execution_options=CHECKED)

    return change


def test_nothing_is_due_where_there_is_nothing(bench):
    assert bench.ledger().claim_next() is None
    assert bench.ledger().claim(1) is None


def test_a_claim_says_what_there_is_to_do(bench):
    number = bench.enqueue(arguments={"mail": "m-1"}, company_id=1)

    claim = bench.ledger().claim(number)

    assert (claim.job_id, claim.arguments, claim.company_id) == (number, {"mail": "m-1"}, 1)
    job = bench.job(number)
    assert (job.state, job.attempts, job.worker) == (JobState.RUNNING, 1, "bench")
    assert timedelta(seconds=50) < job.leased_until - now() <= timedelta(seconds=60)


def test_who_comes_too_early_is_told_when_to_come_back(bench):
    due = now() + LONG_AGO
    later, held = bench.enqueue(run_at=due), bench.enqueue()
    assert isinstance(bench.ledger().claim(held), Claim)

    assert bench.ledger().claim(later) == due
    assert bench.ledger().claim(held) == bench.job(held).leased_until


def test_what_is_over_is_nobodys_to_do(bench):
    ledger = bench.ledger()
    done = bench.enqueue()
    ledger.finish(ledger.claim(done))
    dead = bench.enqueue()
    ledger.give_up(ledger.claim(dead), error="refused")

    assert ledger.claim(done) is None
    assert ledger.claim(dead) is None
    assert ledger.claim_next() is None


def test_jobs_of_dead_workers_come_first(bench, change):
    waiting, abandoned = bench.enqueue(), bench.enqueue()
    bench.ledger(worker="dead").claim(abandoned)
    change(abandoned, leased_until=now() - timedelta(seconds=1))

    claim = bench.ledger().claim_next()

    assert (claim.job_id, claim.attempt) == (abandoned, 2)
    assert bench.ledger().claim_next().job_id == waiting


def test_a_renewed_lease_keeps_others_away(bench, change):
    number = bench.enqueue()
    ledger = bench.ledger()
    claim = ledger.claim(number)
    change(number, leased_until=now() - timedelta(seconds=1))

    ledger.renew(claim)

    assert bench.ledger(worker="other").claim_next() is None
    ledger.finish(claim)


@pytest.mark.parametrize("by_number", [False, True])
def test_a_job_that_no_worker_survives_is_buried(bench, change, by_number):
    number = bench.enqueue()
    killed = bench.ledger(worker="killed").claim(number)
    change(number, leased_until=now() - LONG_AGO, attempts=MOST_ATTEMPTS)
    other = bench.enqueue()

    ledger = bench.ledger()
    claim = ledger.claim(number) if by_number else ledger.claim_next()

    assert by_number or claim.job_id == other
    job = bench.job(number)
    assert (job.state, job.last_error) == (JobState.DEAD, ABANDONED)
    with pytest.raises(LeaseLost):
        ledger.finish(killed)


def test_what_only_waited_long_is_not_buried(bench, change):
    number = bench.enqueue()
    change(number, attempts=MOST_ATTEMPTS + 5)

    assert bench.ledger().claim_next().attempt == MOST_ATTEMPTS + 6
