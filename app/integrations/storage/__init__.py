"""Where documents are kept: a folder, or a bucket that speaks S3."""

from app.integrations.storage.blobs import ObjectBlobStore
from app.integrations.storage.locations import StorageUrlInvalid, store_from_url

__all__ = ["ObjectBlobStore", "StorageUrlInvalid", "store_from_url"]
