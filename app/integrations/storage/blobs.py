"""BlobStore on obstore: content-addressed, create-only, verified at each reading."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore

from app.domain.ports import (
    BlobDamaged,
    BlobMissing,
    StorageFull,
    StorageUnavailable,
    StoredFile,
)

if TYPE_CHECKING:
    from obstore import WritableFile

_SHA256 = re.compile(r"[0-9a-f]{64}")
# ENOSPC and EDQUOT as obstore words them, and what S3 servers on a full disk answer.
_FULL = ("os error 28)", "os error 122)", "InsufficientStorage", "XMinioStorageFull")
_PIECE_BYTES = 256 * 1024
_FILE_FOLDER = re.compile(r"[a-z0-9-]{1,60}(/[a-z0-9-]{1,60}){0,3}")
_PART_BYTES = 8 * 1024 * 1024
"""Of a file on its way in: a bucket takes 10,000 parts of one, which makes 80 GB."""
_PARTS_AT_ONCE = 2
_RANGE_BYTES = 4 * 1024 * 1024
"""Of a file on its way out: each range is a request of its own, which a slow reader cannot make too long."""


class ObjectBlobStore:
    """A BlobStore (app.domain.ports) on any obstore back end; safe to share between threads.

    A blob lives at `sha256/ab/cdef…`, a file at `files/…`. The back end writes beside it and moves it there at once,
    so nobody ever sees a part of one.
    """

    def __init__(self, store: ObjectStore, *, keeps_media_type: bool) -> None:
        self._store = store
        self._keeps_media_type = keeps_media_type

    def put(self, data: bytes, *, media_type: str) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        attributes = {"Content-Type": media_type} if self._keeps_media_type else None
        try:
            # One request: a multipart upload could not be made conditional on absence.
            obstore.put(
                self._store,
                _key(sha256),
                data,
                mode="create",
                use_multipart=False,
                attributes=attributes,
            )
        except AlreadyExistsError:
            return sha256
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        return sha256

    def read(self, sha256: str) -> bytes:
        try:
            data = bytes(obstore.get(self._store, _key(sha256)).bytes())
        except FileNotFoundError as error:
            raise BlobMissing(sha256=sha256) from error
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobDamaged(sha256=sha256)
        return data

    def open(self, sha256: str) -> Iterator[bytes]:
        data = self.read(sha256)
        return (data[start : start + _PIECE_BYTES] for start in range(0, len(data), _PIECE_BYTES))

    def exists(self, sha256: str) -> bool:
        try:
            self.size(sha256)
        except BlobMissing:
            return False
        return True

    def size(self, sha256: str) -> int:
        try:
            return obstore.head(self._store, _key(sha256))["size"]
        except FileNotFoundError as error:
            raise BlobMissing(sha256=sha256) from error
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error

    def put_file(self, name: str, pieces: Iterable[bytes], *, media_type: str) -> StoredFile:
        sha256, size_bytes = hashlib.sha256(), 0
        # Not `obstore.put` of an iterator: pieces that are themselves read from storage would be asked for inside it.
        writer = self._writer(name, media_type)
        try:
            for piece in pieces:
                sha256.update(piece)
                size_bytes += len(piece)
                with _in_words():
                    writer.write(piece)
            with _in_words():
                writer.close()
                stored_bytes = obstore.head(self._store, _file_key(name))["size"]
        except BaseException:
            del writer  # let go before it was closed, it takes back what it wrote
            raise
        if stored_bytes != size_bytes:
            raise StorageUnavailable()
        return StoredFile(name, size_bytes, sha256.hexdigest())

    def open_file(
        self, file: StoredFile, *, first: int = 0, last: int | None = None
    ) -> Iterator[bytes]:
        try:
            size_bytes = obstore.head(self._store, _file_key(file.name))["size"]
        except FileNotFoundError as error:
            raise BlobMissing(name=file.name) from error
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        if size_bytes != file.size_bytes:
            raise BlobDamaged(name=file.name)
        end = size_bytes if last is None else min(last + 1, size_bytes)
        pieces = self._ranges(file.name, first, end)
        return _verified(pieces, file) if (first, end) == (0, size_bytes) else pieces

    def delete_files(self, folder: str) -> int:
        key = _file_key(folder)
        try:
            batches = obstore.list(self._store, key)
            names = [one["path"] for batch in batches for one in batch]
            if names:
                obstore.delete(self._store, names)
            return len(names) + self._delete_unfinished(key)
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error

    def _writer(self, name: str, media_type: str) -> "WritableFile":
        with _in_words():
            return obstore.open_writer(
                self._store,
                _file_key(name),
                attributes={"Content-Type": media_type} if self._keeps_media_type else None,
                buffer_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    def _ranges(self, name: str, first: int, end: int) -> Iterator[bytes]:
        for start in range(first, end, _RANGE_BYTES):
            length = min(_RANGE_BYTES, end - start)
            try:
                piece = obstore.get_range(self._store, _file_key(name), start=start, length=length)
            except FileNotFoundError as error:  # deleted meanwhile
                raise BlobMissing(name=name) from error
            except (BaseError, OSError, ValueError) as error:
                raise failure_of(error) from error
            yield bytes(piece)

    def _delete_unfinished(self, key: str) -> int:
        """A process that was killed leaves `name#1` in a folder of disks; a bucket's own rule sees to its parts."""
        if not isinstance(self._store, LocalStore) or self._store.prefix is None:
            return 0
        folder = Path(self._store.prefix) / key
        left = [path for path in folder.glob("*#*") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        return len(left)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        raise failure_of(error) from error


def _verified(pieces: Iterator[bytes], file: StoredFile) -> Iterator[bytes]:
    """The pieces, the last of them once all are known to be what was stored."""
    sha256, kept = hashlib.sha256(), b""
    for piece in pieces:
        sha256.update(piece)
        if kept:
            yield kept
        kept = piece
    if sha256.hexdigest() != file.sha256:
        raise BlobDamaged(name=file.name)
    yield kept


def _file_key(name: str) -> str:
    if not _FILE_FOLDER.fullmatch(name):
        raise BlobMissing(name=name[:64])
    return f"files/{name}"


def _key(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BlobMissing(sha256=sha256[:64])
    return f"sha256/{sha256[:2]}/{sha256[2:]}"


def failure_of(error: Exception) -> StorageUnavailable:
    """What an error of obstore means to whoever wanted to store or read."""
    # The text of the error may name buckets and paths: it stays in the chain, for the log.
    if any(sign in str(error) for sign in _FULL):
        return StorageFull()
    return StorageUnavailable()
