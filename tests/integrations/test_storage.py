"""Blobs: content-addressed, created once, verified when read."""

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.domain.ports import BlobDamaged, BlobMissing, StorageFull, StorageUnavailable
from app.integrations.storage import ObjectBlobStore, StorageUrlInvalid, store_from_url
from app.integrations.storage.blobs import failure_of

DATA = b"%PDF-1.7 an invoice"
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path) -> ObjectBlobStore:
    return store_from_url(f"file://{tmp_path}/blobs" if request.param == "file" else "memory://")


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def local(folder) -> ObjectBlobStore:
    return store_from_url(f"file://{folder}")


def files(folder):
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_is_read_by_its_hash(store):
    assert store.put(DATA, media_type="application/pdf") == NAME
    assert store.read(NAME) == DATA
    assert store.exists(NAME)
    assert store.size(NAME) == len(DATA)


def test_putting_it_again_changes_nothing(local, folder):
    local.put(DATA, media_type="application/pdf")
    before = (folder / files(folder)[0]).stat()

    assert local.put(DATA, media_type="application/pdf") == NAME
    assert (folder / files(folder)[0]).stat().st_mtime_ns == before.st_mtime_ns


def test_a_blob_lies_where_its_hash_says(local, folder):
    local.put(DATA, media_type="application/pdf")

    assert files(folder) == [f"sha256/{NAME[:2]}/{NAME[2:]}"]


def test_a_large_blob_comes_in_pieces(store):
    data = bytes(range(256)) * 40_000
    name = store.put(data, media_type="application/xml")

    pieces = list(store.open(name))

    assert len(pieces) > 1
    assert b"".join(pieces) == data


def test_an_empty_blob_is_a_blob(store):
    name = store.put(b"", media_type="text/plain")

    assert store.read(name) == b""
    assert list(store.open(name)) == []


@pytest.mark.parametrize("name", [NAME, "../../etc/passwd", "", NAME.upper(), f"{NAME}\n"])
def test_a_blob_that_is_not_there_is_missing(store, name):
    assert not store.exists(name)
    for use in (store.read, store.open, store.size):
        with pytest.raises(BlobMissing):
            use(name)


@pytest.mark.parametrize("damaged", [b"", DATA[:-1], DATA.replace(b"an", b"no")])
def test_a_damaged_blob_is_never_handed_out(local, folder, damaged):
    local.put(DATA, media_type="application/pdf")
    (folder / files(folder)[0]).write_bytes(damaged)

    for use in (local.read, local.open):
        with pytest.raises(BlobDamaged):
            use(NAME)


def test_many_threads_may_put_the_same_blob(local, folder):
    names = []
    threads = [
        threading.Thread(target=lambda: names.append(local.put(DATA, media_type="text/plain")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert names == [NAME] * 8
    assert len(files(folder)) == 1


def test_a_folder_that_cannot_be_written_leaves_nothing(local, folder):
    folder.mkdir(exist_ok=True)
    (folder / "sha256").write_bytes(b"a file where a folder should be")

    with pytest.raises(StorageUnavailable):
        local.put(DATA, media_type="application/pdf")

    assert files(folder) == ["sha256"]


def test_a_file_that_may_not_grow_leaves_nothing_half_written(folder):
    script = """
import resource, signal, sys
from app.domain.ports import StorageUnavailable
from app.integrations.storage import store_from_url
store = store_from_url(f"file://{sys.argv[1]}")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    store.put(b"x" * 100_000, media_type="text/plain")
except StorageUnavailable as error:
    print(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.strip() == "storage_unavailable"
    assert files(folder) == []


@pytest.mark.parametrize(
    "text",
    [
        "Unable to write: No space left on device (os error 28)",
        "Disk quota exceeded (os error 122)",
    ],
)
def test_a_full_disk_has_its_own_error(text):
    assert type(failure_of(OSError(text))) is StorageFull
    assert type(failure_of(OSError("anything else"))) is StorageUnavailable


@pytest.mark.parametrize(
    "url", ["", "blobs", "file://relative/path", "ftp://host/x", "s3://", "https://bucket"]
)
def test_an_address_that_names_no_store_is_refused(url):
    with pytest.raises(StorageUrlInvalid):
        store_from_url(url)


def test_a_bucket_is_addressed_by_name_and_prefix():
    assert isinstance(store_from_url("s3://bucket/some/prefix"), ObjectBlobStore)


def test_a_folder_with_a_space_in_its_name_is_a_folder(tmp_path):
    store_from_url(f"file://{tmp_path}/my%20blobs").put(DATA, media_type="text/plain")

    assert files(tmp_path / "my blobs")


def pieces(number, size=1_000_000):
    return (bytes([n % 251]) * size for n in range(number))


def test_a_file_is_stored_piece_by_piece_and_comes_back_the_same(store):
    file = store.put_file("exports/a/1", pieces(20), media_type="application/zip")
    data = b"".join(pieces(20))

    assert (file.size_bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert b"".join(store.open_file(file)) == data
    assert max(map(len, store.open_file(file))) < len(data) // 3


def test_a_part_of_a_file_can_be_asked_for(store):
    file = store.put_file("exports/a/1", [b"0123", b"456789"], media_type="text/csv")

    assert b"".join(store.open_file(file, first=3, last=5)) == b"345"
    assert b"".join(store.open_file(file, first=8)) == b"89"
    assert b"".join(store.open_file(file, first=8, last=99)) == b"89"


def test_an_empty_file_is_a_file(store):
    file = store.put_file("exports/a/1", [], media_type="text/csv")

    assert b"".join(store.open_file(file)) == b""


def test_pieces_are_asked_for_in_the_caller_s_thread_and_never_held(local):
    """A session belongs to its thread; and what is stored may be larger than the memory."""
    asked_in, alive = set(), []

    class Piece(bytes):
        def __new__(cls):
            alive.append(1)
            return super().__new__(cls, 1_000_000)

        def __del__(self):
            alive.pop()

    def many():
        for _ in range(100):
            asked_in.add(threading.get_ident())
            assert len(alive) < 40  # two parts and what is next
            yield Piece()

    local.put_file("exports/a/1", many(), media_type="application/zip")

    assert asked_in == {threading.get_ident()}


def test_pieces_may_be_read_from_the_same_storage(store):
    """As those of an archive are."""
    names = [store.put(piece, media_type="text/plain") for piece in pieces(12)]
    file = store.put_file("exports/a/1", map(store.read, names), media_type="application/zip")

    assert b"".join(store.open_file(file)) == b"".join(pieces(12))


def test_pieces_that_fail_leave_no_file(local, folder):
    def failing():
        yield from pieces(20)
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        local.put_file("exports/a/1", failing(), media_type="text/csv")

    assert files(folder) == []


def test_a_damaged_file_never_comes_to_its_end(local, folder):
    file = local.put_file("exports/a/1", pieces(10), media_type="text/csv")
    path = folder / files(folder)[0]
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)
    got = []
    with pytest.raises(BlobDamaged):
        got.extend(local.open_file(file))

    assert sum(map(len, got)) < file.size_bytes
    path.write_bytes(b"short")
    with pytest.raises(BlobDamaged):
        local.open_file(file)


def test_files_are_deleted_with_what_was_half_written(local, folder):
    gone = local.put_file("exports/a/1", [b"1"], media_type="text/csv")
    kept = local.put_file("exports/b/1", [b"2"], media_type="text/csv")
    (folder / "files/exports/a/2#1").write_bytes(b"of a process that was killed")

    assert local.delete_files("exports/a") == 2
    assert local.delete_files("exports/a") == 0
    assert files(folder) == ["files/exports/b/1"]
    assert b"".join(local.open_file(kept)) == b"2"
    with pytest.raises(BlobMissing):
        local.open_file(gone)


def test_only_the_folder_that_is_named_is_emptied(store):
    file = store.put_file("exports/a/1", [b"1"], media_type="text/csv")
    other = store.put_file("exports/ab/1", [b"1"], media_type="text/csv")
    store.delete_files("exports/a")

    assert b"".join(store.open_file(other)) == b"1"
    with pytest.raises(BlobMissing):
        store.open_file(file)


@pytest.mark.parametrize("name", ["", "../a", "/a", "a//b", "A", "a/../../b", "a\n"])
def test_a_name_that_leads_elsewhere_is_no_file(store, name):
    with pytest.raises(BlobMissing):
        store.put_file(name, [b"1"], media_type="text/csv")
    with pytest.raises(BlobMissing):
        store.delete_files(name)
