"""While an import runs on SQLite, others write: they wait their turn, and none is told that the file is locked."""

import threading

from sqlalchemy import update

from app.cli.demo.companies import MARTIN
from app.documents.archives import SourceFile
from app.domain.imports import ImportOutcome, ImportSource
from app.extensions import ports
from app.jobs import import_chunks, import_pace
from app.jobs.import_pace import LONGEST_HELD_S, Pace
from app.jobs.invoice_import import run_import
from app.models import Company, ImportBatch
from app.security.cross_company import cross_company
from app.services.imports.values import ImportOrder
from tests import cast
from tests.imports import count, document

DOCUMENTS = 300


def test_writers_get_their_turn_while_an_import_runs(app):
    files = _files("TURN")

    assert _turns_of_a_writer(app, files) > 5


def test_writers_get_their_turn_while_everything_is_here_already(app):
    files = _files("AGAIN")
    with app.app_context():
        _import(files)

    assert _turns_of_a_writer(app, files * 5) > 5


def test_two_imports_and_a_writer_at_once(app):
    halves = [_files("ONE"), _files("TWO")]

    assert _turns_of_a_writer(app, *halves) > 1
    assert count(app, ImportBatch, created_count=DOCUMENTS) == 2


def test_a_chunk_that_took_long_is_followed_by_a_smaller_one():
    pace = Pace(most=200, is_alone=False)
    least = pace.documents

    for _chunk in range(10):
        pace.wrote(pace.documents, held_s=0.001)
    assert pace.documents == 200
    pace.wrote(200, held_s=LONGEST_HELD_S * 4)
    assert least < pace.documents <= 50
    pace.wrote(pace.documents, held_s=60)
    assert pace.documents == least


def test_the_file_is_left_free_for_half_as_long_as_it_was_held(monkeypatch):
    rested = []
    monkeypatch.setattr(import_pace.time, "sleep", rested.append)
    pace = Pace(most=200, is_alone=False)

    pace.rest()
    pace.wrote(20, held_s=0.1)
    pace.rest()

    assert len(rested) == 1
    assert 0 < rested[0] <= 0.05


def test_where_writers_do_not_wait_for_each_other_nobody_rests(monkeypatch):
    monkeypatch.setattr(import_pace.time, "sleep", lambda _s: 1 / 0)
    pace = Pace(most=200, is_alone=True)

    pace.wrote(200, held_s=9)
    pace.rest()

    assert pace.documents == 200


def test_a_chunk_ends_with_its_bytes_too(monkeypatch):
    monkeypatch.setattr(import_chunks, "CHUNK_BYTES", 10)
    sources = [SourceFile(f"{n}", b"12345") for n in range(5)]

    parts = list(import_chunks._parts(sources, Pace(most=100, is_alone=True)))

    assert [len(part) for part in parts] == [2, 2, 1]


def _turns_of_a_writer(app, *imports):
    """How often it could write from the first import's beginning to the last one's end; "locked" fails the test.

    An import that kept the file to itself would leave it one turn, or none.
    """
    results = []

    def work(files):
        with app.app_context():
            results.extend(_import(files))

    threads = [threading.Thread(target=work, args=(files,)) for files in imports]
    owner = cast.company(app, cast.PEETERS).id
    turns = 0
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        _write(app, owner, turns)
        turns += 1
    for thread in threads:
        thread.join()
    assert len(results) == sum(map(len, imports))
    assert not [one for one in results if one.outcome is ImportOutcome.REFUSED]
    return turns


def _write(app, owner, number):
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(Company).where(Company.id == owner).values(website=f"w{number}.be"))
        session.commit()


def _import(files):
    results = []
    run_import(
        [SourceFile(f"{n}.xml", data) for n, data in enumerate(files)],
        ImportOrder(ImportSource.COMMAND_LINE),
        blobs=ports().blobs,
        on_result=results.append,
    )
    return results


def _files(prefix):
    model = document(MARTIN, f"{prefix}-000")
    return [
        model.replace(f"{prefix}-000".encode(), f"{prefix}-{number:03}".encode())
        for number in range(DOCUMENTS)
    ]
