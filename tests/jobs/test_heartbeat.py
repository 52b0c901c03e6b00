"""Leases are renewed for as long as a job runs, whoever else runs the same one by now."""

from datetime import timedelta

import pytest

from app.domain.jobs import Task
from app.jobs.heartbeat import Heartbeat
from app.queue.ledger import Claim, LeaseLost
from tests.queue.bench import until


class Ledger:
    """Remembers whose lease was renewed."""

    lease = timedelta(milliseconds=30)

    def __init__(self):
        self.renewed = []
        self.errors = []

    def renew(self, claim):
        if self.errors:
            raise self.errors.pop()
        self.renewed.append(claim.lease_token)


def _claim(token):
    return Claim(1, Task.SEND_MAIL, {}, None, attempt=1, lease_token=token)


@pytest.fixture
def ledger():
    return Ledger()


def test_a_lease_is_renewed_until_the_job_ends(ledger):
    with Heartbeat(ledger) as heartbeat:
        with heartbeat.keeping(_claim("a")):
            until(lambda: len(ledger.renewed) >= 3)

        assert heartbeat.in_hand() == []


def test_the_end_of_a_former_attempt_leaves_the_present_one_its_heartbeat(ledger):
    with Heartbeat(ledger) as heartbeat, heartbeat.keeping(_claim("present")):
        with heartbeat.keeping(_claim("former")):
            until(lambda: "former" in ledger.renewed)
        ledger.renewed.clear()

        until(lambda: ledger.renewed)
        assert {*ledger.renewed} <= {"present", "former"}
        until(lambda: ledger.renewed[-2:] == ["present", "present"])


def test_a_lease_that_is_lost_stops_no_other(ledger):
    ledger.errors.append(LeaseLost())
    with Heartbeat(ledger) as heartbeat, heartbeat.keeping(_claim("a")):
        until(lambda: ledger.renewed)
