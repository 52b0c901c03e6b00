"""How much a request may bring, decided before anything of it is read.

The form's token is looked for in the body, so that without this limit a stranger could have any page
take in as much as the largest upload.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, abort, current_app, request
from flask_wtf.csrf import CSRFError

from app.security.access import current_principal
from app.security.permissions import Permission

FORM_BYTES: Final = 1024 * 1024
"""Many times what the longest form of ours sends."""
UPLOADS: Final[Mapping[str, Permission]] = MappingProxyType(
    {"invoice_import.upload": Permission.IMPORT_INVOICES}
)
"""Endpoints that take files, as large as MAX_UPLOAD_MB says, from those who may send them there."""


def register_request_size(app: Flask) -> None:
    """Limit bodies; comes before whatever reads them."""
    app.before_request(_limit)


def _limit() -> None:
    needed = UPLOADS.get(request.endpoint or "")
    principal = current_principal() if needed else None
    if needed and principal is not None and principal.may(needed):
        return
    if needed and (request.content_length or 0) > FORM_BYTES:
        if principal is not None:
            abort(403)
        raise CSRFError("A file was sent after the session had ended.")
    most_bytes = current_app.config["MAX_CONTENT_LENGTH"]
    request.max_content_length = min(most_bytes or FORM_BYTES, FORM_BYTES)
