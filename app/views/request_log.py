"""One line in the log for each request, under the reference that its error page and its events carry; nobody's data."""

import logging
import re
import secrets
import sys
import time
from typing import Final

from flask import Flask, Response, g, has_request_context, request

log = logging.getLogger(__name__)

HEADER: Final = "X-Request-ID"
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
_QUIET: Final = frozenset({"asset", "health.alive", "health.ready"})

# The last line of defence: the messages themselves name nobody, but an exception may quote a value.
_MASKS: Final = (
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b"), "<iban>"),
    (re.compile(r"\bscrypt:\d+:\d+:\d+\$\S+"), "<hash>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[G-Zg-z])[\w-]{40,}(?![\w-])"), "<token>"),
    # One in a thousand of the secrets in links has no digit; each has 43 characters, and no word does.
    (re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])"), "<token>"),
)


class MaskingFormatter(logging.Formatter):
    """Writes the reference of the request, and masks what looks like personal data or a secret."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = (g.get("request_id") if has_request_context() else None) or "-"
        return masked(super().format(record))


def masked(text: str) -> str:
    """The text without e-mail addresses, IBANs, hashes of passwords and tokens."""
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return text


def register_request_log(app: Flask) -> None:
    """Give each request its reference and its line; set up the log unless somebody has."""
    _set_up_logging()

    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began_at = time.perf_counter()

    def end(response: Response) -> Response:
        reference = g.get("request_id")
        if reference is None:
            return response
        response.headers[HEADER] = reference
        if request.endpoint not in _QUIET:
            took_ms = (time.perf_counter() - g.began_at) * 1000
            # The path holds public ids, or a secret, which is masked; what people type is in the query.
            log.info(
                "%s %s %s %.0f ms", request.method, request.path, response.status_code, took_ms
            )
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)


def _set_up_logging() -> None:
    logger = logging.getLogger("app")
    if any(isinstance(one.formatter, MaskingFormatter) for one in logger.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter(_FORMAT))
    logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
