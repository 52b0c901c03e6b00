"""Taking documents from files, folders and archives that cannot be trusted."""

import io
import os
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.archives import ArchiveLimits, UploadedFile, iter_sources

XML = b"<Invoice/>"
SMALL = ArchiveLimits(entries=3, entry_bytes=1000, total_bytes=2500, ratio=10)


def archive(*entries, compression=zipfile.ZIP_DEFLATED):
    """A ZIP as bytes; an entry is a name or ZipInfo, and its data."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def outcomes(*sources, **options):
    return [
        (each.name, each.refusal.code if each.refusal else each.data)
        for each in iter_sources(sources, **options)
    ]


def upload(data, name="a.zip"):
    return UploadedFile(name, io.BytesIO(data))


def test_files_folders_and_archives_give_their_documents_in_order(tmp_path):
    folder = tmp_path / "2026"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "2.xml").write_bytes(b"2")
    (folder / "1.XML").write_bytes(b"1")
    (folder / "readme.txt").write_bytes(b"no document")
    (folder / "z.zip").write_bytes(archive(("4.xml", b"4"), ("3.xml", b"3"), ("3.pdf", b"%PDF")))

    assert outcomes(folder, folder / "1.XML") == [
        ("2026/1.XML", b"1"),
        ("2026/z.zip/3.xml", b"3"),
        ("2026/z.zip/4.xml", b"4"),
        ("2026/b/2.xml", b"2"),
        ("1.XML", b"1"),
    ]


def test_the_name_of_an_upload_is_one_that_databases_take():
    (found,) = outcomes(upload(XML, f"{'long ' * 50}a\0\udcff.xml"))

    assert found == (f"{'long ' * 50}a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.xml", XML)


def test_an_upload_has_no_folder():
    assert outcomes(upload(XML, "C:\\Users\\me\\f.xml")) == [("f.xml", XML)]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "a/../../evil.xml",
        "/etc/evil.xml",
        "C:/evil.xml",
        "a\\..\\evil.xml",
        "a\nb.xml",
        "..\\x.sh",
    ],
)
def test_an_entry_that_would_leave_the_archive_is_refused_and_the_rest_follows(name):
    found = outcomes(upload(archive((name, XML), ("fine.xml", XML))))

    assert sorted(str(outcome) for _, outcome in found) == ["b'<Invoice/>'", "zip_entry_name"]


def test_a_name_twice_is_read_once():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = archive(("f.xml", b"first"), ("f.xml", b"second"), ("F.XML", b"third"))

    assert sorted(str(outcome) for _, outcome in outcomes(upload(data))) == [
        "b'third'",
        "zip_entry_duplicate",
        "zip_entry_duplicate",
    ]


def test_a_link_is_refused():
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert outcomes(upload(archive((link, "/etc/passwd")))) == [
        ("a.zip/link.xml", "zip_entry_link")
    ]


def test_an_encrypted_entry_is_refused():
    data = bytearray(archive(("f.xml", XML)))
    data[6] |= 1  # general purpose flag of the entry
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the directory

    assert outcomes(upload(bytes(data))) == [("a.zip/f.xml", "zip_entry_encrypted")]


def test_an_archive_in_an_archive_is_refused():
    assert outcomes(upload(archive(("b.zip", archive(("f.xml", XML)))))) == [
        ("a.zip/b.zip", "zip_nested")
    ]


def test_too_many_entries_refuse_the_archive():
    entries = [(f"{n}.xml", XML) for n in range(4)]

    assert outcomes(upload(archive(*entries)), limits=SMALL) == [("a.zip", "zip_too_many_entries")]
    assert len(outcomes(upload(archive(*entries[:3])), limits=SMALL)) == 3


def test_a_directory_of_millions_of_entries_is_not_even_read():
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", *[0] * 11, 1, *[0] * 6) + b"a"
    directory = entry * 200_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 0, 0)
    tracemalloc.start()
    try:
        found = outcomes(upload(directory + end), limits=SMALL)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found == [("a.zip", "zip_too_many_entries")]
    assert peak < 3 * len(directory)


def test_an_entry_beyond_the_limit_is_refused_alone():
    found = outcomes(upload(archive(("a.xml", os.urandom(1001)), ("b.xml", XML))), limits=SMALL)

    assert found == [("a.zip/a.xml", "document_too_large"), ("a.zip/b.xml", XML)]
    assert outcomes(upload(b"x" * 1001, "f.xml"), limits=SMALL) == [("f.xml", "document_too_large")]


def test_the_sum_of_all_entries_is_limited():
    entries = [(f"{n}.xml", os.urandom(900)) for n in range(3)]

    found = outcomes(upload(archive(*entries)), limits=SMALL)

    assert [outcome for _, outcome in found][-1] == "zip_bomb"


def test_a_bomb_is_not_inflated():
    bomb = archive(*((f"{n}.xml", b" " * 20_000_000) for n in range(4)))

    tracemalloc.start()
    found = outcomes(upload(bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [outcome for _, outcome in found] == ["zip_bomb"]
    assert peak < 60_000_000


def test_the_size_in_the_header_is_not_believed():
    data = bytearray(archive(("f.xml", os.urandom(5000)), compression=zipfile.ZIP_STORED))
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<II", data, directory + 20, 10, 10)

    (found,) = outcomes(upload(bytes(data)))

    assert found[1] == "zip_entry_damaged"


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive", archive(("f.xml", XML))[:-30]])
def test_a_damaged_archive_is_refused(data):
    assert outcomes(upload(data)) == [("a.zip", "zip_invalid")]


def test_a_damaged_entry_is_refused_and_the_rest_follows():
    data = bytearray(
        archive(("a.xml", os.urandom(500)), ("b.xml", XML), compression=zipfile.ZIP_STORED)
    )
    data[100] ^= 0xFF

    assert outcomes(upload(bytes(data))) == [
        ("a.zip/a.xml", "zip_entry_damaged"),
        ("a.zip/b.xml", XML),
    ]


def test_an_entry_said_to_begin_before_its_archive_is_refused():
    """The directory's place is overstated by 256 bytes, so each entry seems to begin at -256."""
    data = bytearray(archive(("a.xml", XML)))
    end = data.rindex(b"PK\5\6")
    (place,) = struct.unpack_from("<I", data, end + 16)
    struct.pack_into("<I", data, end + 16, place + 256)

    assert outcomes(upload(bytes(data))) == [("a.zip/a.xml", "zip_entry_damaged")]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_to_an_archive_stops_an_import(data):
    damaged = bytearray(archive(("a.xml", XML * 9), ("b.xml", XML)))
    for position in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[position] = data.draw(st.integers(0, 255))

    assert outcomes(upload(bytes(damaged[: data.draw(st.integers(1, len(damaged)))])))


def test_nothing_to_read_is_said():
    assert outcomes(upload(archive(("readme.txt", b"")))) == [("a.zip", "source_empty")]
    assert outcomes(upload(archive())) == [("a.zip", "source_empty")]


def test_what_is_not_there_or_no_document_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()

    assert outcomes(tmp_path / "none.xml") == [("none.xml", "file_missing")]
    assert outcomes(tmp_path / "empty") == [("empty", "source_empty")]
    assert outcomes(upload(b"%PDF", "f.pdf")) == [("f.pdf", "file_type_unknown")]


def test_what_desktops_add_to_archives_is_passed_over():
    assert outcomes(upload(archive(("f.xml", XML), ("__MACOSX/._f.xml", b"x"), ("d/", b"")))) == [
        ("a.zip/f.xml", XML)
    ]


def test_one_document_is_in_memory_at_a_time(tmp_path):
    for n in range(20):
        Path(tmp_path, f"{n}.xml").write_bytes(b"x" * 1_000_000)

    tracemalloc.start()
    for _ in iter_sources([tmp_path]):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4_000_000
