"""How much a request may bring, decided before anything of it is read.

The form's token is looked for in the body, so that without this limit a stranger could have any page
take in as much as the largest upload.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Flask, abort, current_app, request
from flask_wtf.csrf import CSRFError

from app.documents.ubl_xml import MAX_BYTES
from app.security.access import current_principal
from app.security.permissions import Permission

FORM_BYTES: Final = 1024 * 1024
"""Many times what the longest form of ours sends."""
ONE_DOCUMENT_BYTES: Final = MAX_BYTES + FORM_BYTES


@dataclass(frozen=True, slots=True)
class Upload:
    """An endpoint that takes files, from those who may send them there; None is what MAX_UPLOAD_MB says."""

    permission: Permission
    most_bytes: int | None = None


UPLOADS: Final[Mapping[str, Upload]] = MappingProxyType(
    {
        "invoice_import.upload": Upload(Permission.IMPORT_INVOICES),
        "import_row.replace": Upload(Permission.IMPORT_INVOICES, ONE_DOCUMENT_BYTES),
    }
)


def register_request_size(app: Flask) -> None:
    """Limit bodies; comes before whatever reads them."""
    app.before_request(_limit)


def _limit() -> None:
    upload = UPLOADS.get(request.endpoint or "")
    principal = current_principal() if upload else None
    most_bytes = current_app.config["MAX_CONTENT_LENGTH"]
    if upload and principal is not None and principal.may(upload.permission):
        if upload.most_bytes is not None:
            request.max_content_length = min(most_bytes or upload.most_bytes, upload.most_bytes)
        return
    if upload and (request.content_length or 0) > FORM_BYTES:
        if principal is not None:
            abort(403)
        raise CSRFError("A file was sent after the session had ended.")
    request.max_content_length = min(most_bytes or FORM_BYTES, FORM_BYTES)
