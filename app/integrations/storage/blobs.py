"""BlobStore on obstore: content-addressed, create-only, verified at each reading."""

import hashlib
import re
from collections.abc import Iterator

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore

from app.domain.ports import BlobDamaged, BlobMissing, StorageFull, StorageUnavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")
# ENOSPC and EDQUOT as obstore words them, and what S3 servers on a full disk answer.
_FULL = ("os error 28)", "os error 122)", "InsufficientStorage", "XMinioStorageFull")
_PIECE_BYTES = 256 * 1024


class ObjectBlobStore:
    """A BlobStore (app.domain.ports) on any obstore back end; safe to share between threads.

    A blob lives at `sha256/ab/cdef…`. The back end writes beside it and moves it there at once,
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
