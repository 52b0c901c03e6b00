"""Where documents are kept: a folder, or a bucket that speaks S3."""

from app.integrations.storage.blobs import ObjectBlobStore
from app.integrations.storage.holding import ObjectHoldingArea
from app.integrations.storage.locations import (
    StorageUrlInvalid,
    holding_area_from_url,
    store_from_url,
)

__all__ = [
    "ObjectBlobStore",
    "ObjectHoldingArea",
    "StorageUrlInvalid",
    "holding_area_from_url",
    "store_from_url",
]
