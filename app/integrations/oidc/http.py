"""Asking a provider over HTTP: at most so long, at most so much, never somewhere else."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidJSONError, RequestException
from requests.exceptions import Timeout as TookTooLong
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from app.domain.openid import ProviderAnswerRefused, ProviderUnavailable

LARGEST_ANSWER = 512 * 1024
"""In bytes; discovery documents and key sets of known providers have some thousands."""
_PIECE = 16 * 1024

S = TypeVar("S", bound=Session)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one question may take, in seconds: to connect, between two pieces of the answer, altogether."""

    connect_s: float = 3.0
    read_s: float = 4.0
    altogether_s: float = 8.0


class _LimitedAdapter(HTTPAdapter):
    """Reads an answer here and now, so that neither its size nor its slowness is the provider's choice."""

    def __init__(self, patience: Patience) -> None:
        super().__init__(max_retries=0)
        self._patience = patience

    def send(self, request: PreparedRequest, *_: object, **options: Any) -> Response:  # noqa: ANN401
        until = time.monotonic() + self._patience.altogether_s
        options["stream"] = True
        options["timeout"] = (self._patience.connect_s, self._patience.read_s)
        response = super().send(request, **options)
        try:
            response.raw = BytesIO(_read(response.raw, until=until))
        except HTTPError as error:
            raise RequestException(str(error), request=request) from error
        return response


def limited(session: S, patience: Patience) -> S:
    """Make a session follow nobody elsewhere, and take no proxy and no password from the environment."""
    session.trust_env = False
    session.max_redirects = 0
    session.headers["Accept-Encoding"] = "identity"  # what is counted is what there is
    for scheme in ("https://", "http://"):
        session.mount(scheme, _LimitedAdapter(patience))
    return session


def get_json(
    url: str, *, patience: Patience, label: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object at `url`.

    Raises:
        ProviderUnavailable: no answer in time, or an error.
        ProviderAnswerRefused: it is not a JSON object.
    """
    with limited(Session(), patience) as session:
        try:
            response = session.get(url, headers={"Accept": "application/json", **(headers or {})})
            response.raise_for_status()
            answer = response.json()
        except InvalidJSONError as error:
            raise ProviderAnswerRefused(label=label, reason="not_json") from error
        except RequestException as error:
            raise ProviderUnavailable(label=label) from error
    if not isinstance(answer, dict):
        raise ProviderAnswerRefused(label=label, reason="not_an_object")
    return answer


def _read(raw: BaseHTTPResponse, *, until: float) -> bytes:
    body = bytearray()
    try:
        while piece := raw.read1(_PIECE, decode_content=False):
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise RequestException("the answer is too large")
            if time.monotonic() > until:
                raise TookTooLong("the answer took too long")
    finally:
        raw.close()
    return bytes(body)
