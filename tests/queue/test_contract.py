"""What every engine promises, whoever wakes the workers up."""

from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest

from app.domain.clock import now
from app.domain.jobs import FailedForGood, JobState, Postponed
from app.queue import enqueue
from app.queue.engine import OPTION
from app.queue.ledger import Claim, LeaseLost
from tests.queue.bench import TASK, soon, until


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch):
    """Minutes of back-off are for deployments; its length has a test of its own."""
    monkeypatch.setattr("app.jobs.running.delay_after", soon)


def test_what_is_rolled_back_is_not_done(bench):
    seen = []
    with bench.session() as session:
        lost = enqueue(session, TASK)
        session.rollback()
    kept = bench.enqueue()

    bench.run_all(lambda work: seen.append(work.job_id))

    assert seen == [kept]
    assert [job.id for job in bench.jobs()] == [kept]
    assert lost is not None


def test_what_is_committed_is_done_by_a_worker_that_was_idle(bench):
    seen = Event()
    first = bench.enqueue()
    with bench.serving(lambda work: work.job_id == first or seen.set()):
        until(lambda: bench.job(first).state is JobState.DONE)
        bench.enqueue()

        assert seen.wait(5)


def test_it_is_not_done_before_the_commit(bench):
    seen = []
    with bench.serving(lambda work: seen.append(work.job_id)), bench.session() as session:
        before = bench.enqueue()
        until(lambda: seen == [before])
        held = enqueue(session, TASK)
        assert seen == [before]
        session.commit()

        until(lambda: seen == [before, held])


def test_each_job_is_done_once_by_many_threads(bench):
    numbers = [bench.enqueue() for _ in range(40)]
    seen = []

    bench.run_all(lambda work: seen.append(work.job_id), threads=4)

    assert sorted(seen) == numbers
    assert {job.attempts for job in bench.jobs()} == {1}


def test_a_failure_is_tried_again_until_it_succeeds(bench):
    number = bench.enqueue()
    attempts = []

    def handler(work):
        attempts.append(work.attempt)
        if work.attempt < 3:
            raise ValueError

    bench.run_all(handler)

    job = bench.job(number)
    assert attempts == [1, 2, 3]
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 3, None)


def test_what_fails_for_good_is_dead_and_in_nobodys_way(bench):
    bad, good = bench.enqueue(arguments={"is": "bad"}), bench.enqueue()
    attempts = []

    def handler(work):
        attempts.append(work.job_id)
        if work.arguments:
            raise FailedForGood("refused")

    bench.run_all(handler)

    assert sorted(attempts) == [bad, good]
    dead = bench.job(bad)
    assert (dead.state, dead.last_error) == (JobState.DEAD, "refused")
    assert bench.job(good).state is JobState.DONE


def test_what_is_postponed_waits_as_long_as_the_other_side_said(bench):
    number = bench.enqueue()
    began = []

    def handler(work):
        began.append(now())
        if work.attempt == 1:
            raise Postponed("busy", after=timedelta(seconds=1))

    bench.run_all(handler)

    assert bench.job(number).state is JobState.DONE
    assert began[1] - began[0] >= timedelta(seconds=1)


def test_what_is_for_later_waits_for_its_time(bench):
    due = now() + timedelta(seconds=1.5)
    later, at_once = bench.enqueue(run_at=due), bench.enqueue()
    seen = {}

    bench.run_all(lambda work: seen.setdefault(work.job_id, now()))

    assert seen[at_once] < due <= seen[later]


def test_a_key_is_done_once_whoever_asks_and_whenever(bench):
    start = Barrier(10)
    numbers = []

    def ask():
        start.wait()
        numbers.append(bench.enqueue(key="once"))

    threads = [Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = []
    bench.run_all(lambda work: seen.append(work.job_id))

    assert [number for number in numbers if number is not None] == seen
    assert bench.enqueue(key="once") is None


def test_a_lease_that_is_over_is_anybodys_and_its_former_holder_writes_nothing(bench):
    number = bench.enqueue()
    zombie = bench.ledger(worker="zombie", lease=timedelta())
    claim = zombie.claim_next()
    assert isinstance(claim, Claim)

    with bench.serving(lambda work: None):
        until(lambda: bench.job(number).state is JobState.DONE)

    for write in (
        zombie.finish,
        zombie.renew,
        zombie.give_back,
        lambda held: zombie.give_up(held, error="late"),
        lambda held: zombie.put_off(held, timedelta(), error="late"),
    ):
        with pytest.raises(LeaseLost):
            write(claim)
    job = bench.job(number)
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 2, None)


def test_a_slow_job_keeps_its_lease(bench):
    number = bench.enqueue()
    seen = []

    def handler(work):
        seen.append(work.attempt)
        first = bench.job(number).leased_until
        until(lambda: bench.job(number).leased_until > first + timedelta(seconds=1))

    bench.run_all(handler, lease=timedelta(seconds=1))

    assert seen == [1]


def test_a_worker_that_stops_finishes_what_it_has_begun_and_leaves_the_rest(bench):
    with bench.session() as session:
        first, *rest = [enqueue(session, TASK) for _ in range(200)]
        session.commit()
    begun, go_on = Event(), Event()

    def handler(work):
        begun.set()
        assert work.job_id != first or go_on.wait(10)

    with bench.serving(handler, threads=1) as stop:
        assert begun.wait(10)
        stop.set()
        go_on.set()

    states = {job.id: job.state for job in bench.jobs()}
    assert states[first] is JobState.DONE
    assert states[rest[-1]] is JobState.WAITING
    assert set(states.values()) == {JobState.DONE, JobState.WAITING}


def test_what_is_given_back_is_done_by_another_worker_at_once(bench):
    number = bench.enqueue()
    leaving = bench.ledger(worker="leaving")
    leaving.give_back(leaving.claim_next())

    bench.run_all(lambda work: None)

    job = bench.job(number)
    assert (job.state, job.attempts, job.worker) == (JobState.DONE, 1, "bench")


def test_what_is_cancelled_is_not_done_until_it_is_started_again(bench):
    from app.services.jobs import cancel_job, start_job_again

    number, other = bench.enqueue(), bench.enqueue()
    seen = []
    _decide(bench, number, cancel_job)

    with bench.serving(lambda work: seen.append(work.job_id)):
        until(lambda: seen == [other])
        _decide(bench, number, start_job_again)

        until(lambda: seen == [other, number])


def test_a_dead_job_that_is_started_again_has_all_its_attempts(bench):
    from app.services.jobs import start_job_again

    number = bench.enqueue()
    refused = [FailedForGood("refused")]
    attempts = []

    def handler(work):
        attempts.append(work.attempt)
        if refused:
            raise refused.pop()

    with bench.serving(handler):
        until(lambda: bench.job(number).state is JobState.DEAD)
        _decide(bench, number, start_job_again)

        until(lambda: bench.job(number).state is JobState.DONE)
    assert attempts == [1, 1]


def _decide(bench, number, act):
    """As a person does: in a scope of their own, on a deployment whose engine is that of the bench."""
    from app.models import Job
    from app.security.cross_company import cross_company

    with bench.app.app_context(), cross_company("tests") as session:
        engine = session.get_bind()
        usual = engine.get_execution_options()[OPTION]
        engine.update_execution_options(**{OPTION: bench.name})
        try:
            act(session, session.get(Job, number))
            session.commit()
        finally:
            engine.update_execution_options(**{OPTION: usual})
