"""HoldingArea on obstore: bytes for a while, each under a name of its own, beside the documents."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from app.domain.ports import BlobMissing
from app.integrations.storage.blobs import failure_of

_NAME = re.compile(r"[a-z]{1,20}/[0-9a-f]{32}")
_ROOT = "held"
_CHUNK_BYTES = 8 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
_DISCARDED_AT_ONCE = 1000


class ObjectHoldingArea:
    """A HoldingArea (app.domain.ports) on any obstore back end; safe to share between threads.

    What is held lies at `held/<folder>/<random>`, and is there as a whole or not at all.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def hold(self, pieces: Iterable[bytes], *, folder: str) -> str:
        name = f"{folder}/{uuid4().hex}"
        try:
            # In parts, so that no more than two of them are in memory; the name is nobody else's.
            obstore.put(
                self._store,
                _key(name),
                iter(pieces),
                use_multipart=True,
                chunk_size=_CHUNK_BYTES,
                max_concurrency=2,
            )
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        return name

    def read(self, name: str, *, start: int, size: int) -> bytes:
        if not size:
            return b""
        try:
            data = bytes(obstore.get_range(self._store, _key(name), start=start, length=size))
        except FileNotFoundError as error:
            raise BlobMissing(name=name[:60]) from error
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        if len(data) != size:
            raise BlobMissing(name=name[:60])
        return data

    def open(self, name: str) -> Iterator[bytes]:
        try:
            found = obstore.get(self._store, _key(name))
        except FileNotFoundError as error:
            raise BlobMissing(name=name[:60]) from error
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        return _pieces(found)

    def discard(self, name: str) -> None:
        try:
            obstore.delete(self._store, _key(name))
        except FileNotFoundError:
            pass
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error

    def discard_before(self, at: datetime, *, folder: str) -> int:
        try:
            old = self._older_than(at, folder)
            for path in old:
                obstore.delete(self._store, path)
        except FileNotFoundError:
            return 0
        except (BaseError, OSError, ValueError) as error:
            raise failure_of(error) from error
        return len(old)

    def _older_than(self, at: datetime, folder: str) -> list[str]:
        old: list[str] = []
        for page in obstore.list(self._store, prefix=f"{_ROOT}/{folder}/"):
            old += [one["path"] for one in page if one["last_modified"] < at]
            if len(old) >= _DISCARDED_AT_ONCE:
                break
        return old[:_DISCARDED_AT_ONCE]


def _pieces(found: "obstore.GetResult") -> Iterator[bytes]:
    try:
        for piece in found.stream(min_chunk_size=_PIECE_BYTES):
            yield bytes(piece)
    except (BaseError, OSError, ValueError) as error:
        raise failure_of(error) from error


def _key(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BlobMissing(name=name[:60])
    return f"{_ROOT}/{name}"
