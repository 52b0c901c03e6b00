"""The bench that each contract is tried on: one for each engine that the round's database can have."""

import pytest


@pytest.fixture(params=["embedded", pytest.param("procrastinate", marks=pytest.mark.postgresql)])
def bench(request, app, database, empty_ledger):
    from tests.queue.bench import Bench

    bench = Bench(app, request.param, database.addresses)
    yield bench
    bench.close()
