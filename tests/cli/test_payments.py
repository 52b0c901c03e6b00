"""`flask payments`: what it prints, how it ends, and that a second run changes nothing."""

import json

import pytest
from sqlalchemy import select

from app.models import Payment
from tests import cast
from tests.payments import Entry, Part, csv_file, statement


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["payments", *map(str, arguments)])


@pytest.fixture
def files(app, tmp_path):
    """A statement that pays an invoice of Peeters, and a list with a line that cannot be read."""
    invoice = cast.invoice(app, cast.PEETERS)
    parts = (Part(structured=invoice.structured_communication),)
    (tmp_path / "a.xml").write_bytes(statement(Entry("10.00", reference="A", parts=parts)))
    (tmp_path / "b.csv").write_bytes(csv_file("2026-11-02;5;EUR;?;b;R1", "2026-11-02;x;EUR;?;b;R2"))
    return tmp_path / "a.xml", tmp_path / "b.csv"


def recorded(app):
    return cast._all(app, select(Payment).where(Payment.source.like("C%")))


def test_a_dry_run_says_what_would_happen_and_writes_nothing(app, run, files):
    result = run("import", *files, "--dry-run", "--json")
    report = json.loads(result.stdout)

    assert result.exit_code == 2
    assert (report["dry_run"], report["recorded"], report["refused"]) == (True, 2, 1)
    assert report["lines"][0]["company"] == cast.PEETERS
    assert report["lines"][0]["paid_cents"] == 1_000
    assert report["lines"][2]["code"] == "amount_unreadable"
    assert recorded(app) == []


def test_a_run_pays_and_a_second_one_changes_nothing(app, run, files):
    before = cast.invoice(app, cast.PEETERS).open_cents

    first, second = run("import", *files), run("import", *files)

    assert (
        "2 recorded, 0 unchanged, 0 skipped, 1 refused; 1 allocated to an invoice." in first.stdout
    )
    assert "b.csv, line 3: “x” is not an amount" in first.stdout
    assert "0 recorded, 2 unchanged" in second.stdout
    assert len(recorded(app)) == 2
    assert cast.invoice(app, cast.PEETERS).open_cents == before - 1_000


def test_a_file_that_cannot_be_read_ends_with_1(run, tmp_path):
    (tmp_path / "c.xml").write_bytes(b"<a/>")
    result = run("import", tmp_path / "c.xml")

    assert result.exit_code == 1
    assert "c.xml: The file is XML, but not a bank statement" in result.stderr


def test_payments_are_matched_again(run, app, files):
    run("import", files[1])

    result = run("match")

    assert (result.exit_code, result.output) == (0, "0 payments found an invoice or a company.\n")
