"""The bell that wakes idle threads of the process: rung by each commit that leaves work."""

import time
from threading import Thread

import pytest

from app.queue import enqueue
from app.queue.embedded import ENGINE, Bell
from tests.queue.bench import TASK, Bench


@pytest.fixture
def bench(app, database, empty_ledger):
    bench = Bench(app, "embedded", database.addresses)
    yield bench
    bench.close()


def test_a_commit_rings(bench):
    heard = ENGINE.bell.heard()

    bench.enqueue()

    assert ENGINE.bell.heard() > heard


def test_work_that_is_not_committed_wakes_nobody(bench):
    heard = ENGINE.bell.heard()
    with bench.session() as session:
        enqueue(session, TASK)
        session.rollback()

    assert ENGINE.bell.heard() == heard


def test_many_jobs_of_one_commit_ring_once(bench):
    heard = ENGINE.bell.heard()
    with bench.session() as session:
        for _ in range(5):
            enqueue(session, TASK)
        session.commit()

    assert ENGINE.bell.heard() == heard + 1


def test_a_ring_between_looking_and_waiting_is_not_missed():
    bell = Bell()
    heard = bell.heard()
    bell.ring()

    began = time.monotonic()
    bell.wait(heard, timeout_s=30)

    assert time.monotonic() - began < 10


def test_who_waits_is_woken():
    bell = Bell()
    waiting = Thread(target=bell.wait, args=(bell.heard(), 30))
    waiting.start()

    bell.ring()
    waiting.join(10)

    assert not waiting.is_alive()
