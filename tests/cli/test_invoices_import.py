"""`flask invoices import`: what it takes, prints and answers with."""

import json
import zipfile
from uuid import UUID, uuid4

import pytest

from app import create_app
from app.cli.demo.companies import MARTIN
from app.cli.import_report import progress_line
from app.documents.ubl_xml import MAX_BYTES
from app.models import AuditEvent, Company, ImportBatch, Invoice
from config import Settings
from tests import cast
from tests.imports import count, document, new_buyer

KEYS = ["batch", "dry_run", "created", "unchanged", "refused", "warnings", "documents"]
DOCUMENT_KEYS = ["file", "number", "kind", "company", "outcome", "code", "message"]


@pytest.fixture
def run(app):
    """Run the command; gives exit code, standard output and standard error."""

    def invoke(*arguments):
        return app.test_cli_runner().invoke(args=["invoices", "import", *map(str, arguments)])

    return invoke


def test_a_file_a_folder_and_an_archive(app, run, tmp_path):
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "one.xml").write_bytes(document(MARTIN, "I-1"))
    (tmp_path / "folder" / "two.xml").write_bytes(document(MARTIN, "I-2"))
    (tmp_path / "folder" / "deep" / "three.XML").write_bytes(document(MARTIN, "I-3"))
    (tmp_path / "folder" / "readme.txt").write_text("not a document")
    with zipfile.ZipFile(tmp_path / "four.zip", "w") as archive:
        archive.writestr("inside/four.xml", document(MARTIN, "I-4"))

    result = run(tmp_path / "one.xml", tmp_path / "folder", tmp_path / "four.zip")

    first, *rest = result.output.splitlines()
    assert (result.exit_code, rest) == (0, ["4 created, 0 unchanged, 0 refused; 0 with a warning."])
    assert count(app, ImportBatch, public_id=UUID(first.removeprefix("Import "))) == 1
    assert count(app, Invoice, number="I-3") == 1


def test_json_is_the_object_and_nothing_else(run, tmp_path):
    (tmp_path / "a.xml").write_bytes(document(MARTIN, "I-5"))
    (tmp_path / "b.xml").write_bytes(document(new_buyer(), "I-6"))

    result = run(tmp_path, "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 2
    assert list(found) == KEYS
    assert all(list(one) == DOCUMENT_KEYS for one in found["documents"])
    assert (found["dry_run"], found["created"], found["refused"]) == (False, 1, 1)
    taken, refused = found["documents"]
    assert (taken["company"], taken["outcome"], taken["code"]) == (cast.MARTIN, "created", None)
    assert (refused["kind"], refused["outcome"], refused["code"]) == (
        "INVOICE",
        "refused",
        "buyer_unknown",
    )
    assert new_buyer().name in refused["message"]


def test_a_dry_run_writes_nothing_and_says_what_would_happen(app, run, tmp_path):
    (tmp_path / "a.xml").write_bytes(document(new_buyer(), "I-7"))
    tables = (Invoice, Company, ImportBatch, AuditEvent)
    before = [count(app, table) for table in tables]

    result = run(tmp_path, "--dry-run", "--create-companies")

    assert (result.exit_code, result.output) == (
        0,
        "Dry run, nothing was written: 1 created, 0 unchanged, 0 refused; 0 with a warning.\n",
    )
    assert [count(app, table) for table in tables] == before


def test_refused_documents_are_named_with_the_reason(run, tmp_path):
    (tmp_path / "a.xml").write_bytes(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")

    result = run(tmp_path / "a.xml")

    assert result.exit_code == 2
    assert "refused   a.xml: The file contains a DOCTYPE" in result.output


def test_a_manager_must_be_one(run, tmp_path):
    (tmp_path / "a.xml").write_bytes(document(new_buyer(), "I-8"))

    unknown = run(tmp_path, "--create-companies", "--manager", cast.CLAIRE)
    alone = run(tmp_path, "--manager", cast.MARC)

    assert (unknown.exit_code, alone.exit_code) == (1, 1)
    assert "No account manager signs in with" in unknown.output
    assert "add --create-companies" in alone.output


def test_new_companies_go_to_the_manager_who_is_named(app, run, tmp_path):
    (tmp_path / "a.xml").write_bytes(document(new_buyer(), "I-9"))

    assert run(tmp_path, "--create-companies", "--manager", cast.NORA).exit_code == 0
    client = app.test_client()
    cast.sign_in(client, cast.NORA)

    assert new_buyer().name in client.get("/backoffice/companies/list/").text


def test_a_mistyped_command_is_a_failure_and_no_refused_document(run):
    assert run().exit_code == 1
    assert run("--no-such-option").exit_code == 1


def test_a_database_that_was_never_migrated_is_told_in_words(tmp_path):
    (tmp_path / "a.xml").write_bytes(document(MARTIN, "I-13"))
    app = create_app(Settings(data_dir=tmp_path / "data"))

    result = app.test_cli_runner().invoke(
        args=["invoices", "import", "--dry-run", str(tmp_path / "a.xml")]
    )

    assert result.exit_code == 1
    assert "flask db upgrade" in result.output


def test_bad_files_are_refused_one_by_one_and_the_good_one_is_taken(app, run, tmp_path):
    good = document(MARTIN, "I-10")
    (tmp_path / "big.xml").write_bytes(b"<a>" + b" " * MAX_BYTES + b"</a>")
    (tmp_path / "currency.xml").write_bytes(
        document(MARTIN, "I-11").replace(b">EUR<", b">ZZZ<").replace(b'"EUR"', b'"ZZZ"')
    )
    (tmp_path / "empty.xml").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "tricks.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.xml", good)
        archive.writestr("bomb.xml", b"<a>" + b"0" * 60_000_000 + b"</a>")
        archive.writestr("good.xml", good)
    with zipfile.ZipFile(tmp_path / "none.zip", "w"):
        pass
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-")

    result = run(tmp_path, tmp_path / "notes.pdf", tmp_path / "missing.xml", "--json")
    found = json.loads(result.stdout)
    codes = {one["file"].rpartition("/")[2]: one["code"] for one in found["documents"]}

    assert result.exit_code == 2
    assert codes["big.xml"] == "document_too_large"
    assert codes["currency.xml"] == "currency_unknown"
    assert codes["empty.xml"] == "document_empty"
    assert codes["outside.xml"] == "zip_entry_name"
    assert codes["none.zip"] == "source_empty"
    assert codes["notes.pdf"] == "file_type_unknown"
    assert codes["missing.xml"] == "file_missing"
    assert {"zip_bomb", "document_too_large"} & {codes.get("bomb.xml")}
    assert not any(
        "%(" in one["message"] or "?" in one["message"]
        for one in found["documents"]
        if one["message"]
    )


def test_running_it_again_changes_nothing(app, run, tmp_path):
    (tmp_path / "a.xml").write_bytes(document(MARTIN, "I-12"))
    run(tmp_path)

    assert "0 created, 1 unchanged" in run(tmp_path).output
    assert count(app, Invoice, number="I-12") == 1


def test_progress_says_how_many_how_fast_and_how_long(run):
    assert progress_line(500, 2000, took_s=10) == (
        "500 of 2000 documents, 50 per second, 0:00:30 left"
    )
    assert progress_line(500, None, took_s=10) == "500 documents, 50 per second"


def test_refused_documents_are_tried_again_by_the_number_of_their_import(app, run, tmp_path):
    (tmp_path / "a.xml").write_bytes(document(new_buyer(), "I-14"))
    (tmp_path / "b.xml").write_bytes(b"no xml")
    batch = run(tmp_path).output.splitlines()[0].removeprefix("Import ")
    retry = ["invoices", "retry", batch]

    still = app.test_cli_runner().invoke(args=retry)
    mended = app.test_cli_runner().invoke(args=[*retry, "--create-companies"])
    rest = app.test_cli_runner().invoke(args=retry)

    assert (still.exit_code, mended.exit_code, rest.exit_code) == (2, 2, 2)
    assert "0 created, 0 unchanged, 2 refused" in still.output
    assert "1 created, 0 unchanged, 1 refused" in mended.output
    assert "0 created, 0 unchanged, 1 refused" in rest.output
    assert count(app, Invoice, number="I-14") == 1


def test_an_import_that_does_not_exist_is_not_tried_again(app):
    missing = app.test_cli_runner().invoke(args=["invoices", "retry", str(uuid4())])

    assert missing.exit_code == 1
    assert "does not exist" in missing.output
