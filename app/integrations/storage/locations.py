"""From STORAGE_URL to the place for documents, and to that for what waits, which it names."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from app.domain.errors import DomainError
from app.domain.ports import StorageUnavailable
from app.integrations.storage.blobs import ObjectBlobStore
from app.integrations.storage.holding import ObjectHoldingArea


class StorageUrlInvalid(DomainError):
    """Not one of file:///absolute/folder, s3://bucket/prefix and memory://. params: scheme."""

    code: ClassVar[str] = "storage_url_invalid"


def store_from_url(url: str) -> ObjectBlobStore:
    """The documents of a location. Raises StorageUrlInvalid, StorageUnavailable."""
    store = _store(url)
    return ObjectBlobStore(store, keeps_media_type=not isinstance(store, LocalStore))


def holding_area_from_url(url: str) -> ObjectHoldingArea:
    """What a location keeps beside its documents. Raises StorageUrlInvalid, StorageUnavailable."""
    return ObjectHoldingArea(_store(url))


def _store(url: str) -> ObjectStore:
    """The store; a folder is made when it is not there.

    Credentials, region and endpoint of S3 come from the usual AWS_* variables, which the S3
    client reads itself, so that instance roles work too. `memory://` forgets everything.

    Raises:
        StorageUrlInvalid, StorageUnavailable.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "file" and not parts.netloc and Path(unquote(parts.path)).is_absolute():
            return LocalStore(Path(unquote(parts.path)), mkdir=True)
        if parts.scheme == "s3" and parts.netloc:
            return _bucket(parts.netloc, prefix=parts.path.strip("/"))
        if parts.scheme == "memory":
            return MemoryStore()
    except (BaseError, OSError, ValueError) as error:
        raise StorageUnavailable(scheme=parts.scheme) from error
    raise StorageUrlInvalid(scheme=parts.scheme)


def _bucket(name: str, *, prefix: str) -> S3Store:
    # Left alone, the client tries for three minutes, which is longer than anybody waits for a page.
    # Plain HTTP is for an endpoint that says so, on the operator's own network; AWS's never does.
    return S3Store(
        name,
        prefix=prefix or None,
        client_options={
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=30),
            "allow_http": True,
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )
