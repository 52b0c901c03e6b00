"""The provider as a WSGI application: discovery, keys, the page to choose on, tokens, user information."""

import hmac
import json
import secrets
import time
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from simulators.openid.faults import Fault
from simulators.openid.pages import STYLE, choice_page, error_page
from simulators.openid.people import PEOPLE, Person
from simulators.openid.tokens import Grant, Grants, Signer, email_claims, id_token_claims

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LONGEST_WAIT_S = 30
_CARRIED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
_ROUTES = Map(
    [
        Rule("/.well-known/openid-configuration", endpoint="discovery", methods=["GET"]),
        Rule("/jwks", endpoint="keys", methods=["GET"]),
        Rule("/authorize", endpoint="authorize", methods=["GET", "POST"]),
        Rule("/token", endpoint="token", methods=["POST"]),
        Rule("/userinfo", endpoint="userinfo", methods=["GET"]),
        Rule("/style.css", endpoint="style", methods=["GET"]),
    ]
)


@dataclass(frozen=True, slots=True)
class Client:
    """The portal as it is registered here."""

    client_id: str
    client_secret: str
    redirect_uri: str


class OpenIdSimulator:
    """One client, some people, no passwords and no session: whoever comes is asked who to be, each time.

    `faults` may be changed while it runs; `release` lets go of those whom Fault.SLOW keeps waiting.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client: Client,
        people: Sequence[Person] = PEOPLE,
        name: str = "Titres Demo ID",
    ) -> None:
        self.issuer = issuer
        self.client = client
        self.people = {person.subject: person for person in people}
        self.name = name
        self.faults: set[Fault] = set()
        self.asked: list[str] = []
        self.signer = Signer()
        self._grants = Grants()
        self._released = Event()

    def release(self) -> None:
        self._released.set()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, _arguments = _ROUTES.bind_to_environ(environ).match()
            self.asked.append(endpoint)
            response: Response = getattr(self, f"_{endpoint}")(request)
        except HTTPException as error:
            return error(environ, start_response)
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    # --- what it says about itself -------------------------------------------------------------

    def _discovery(self, _request: Request) -> Response:
        if Fault.DISCOVERY_ERROR in self.faults:
            return _json({"error": "server_error"}, 503)
        if Fault.PLAIN_DISCOVERY in self.faults:
            return Response("<p>Down for maintenance</p>", mimetype="text/html")
        is_other = Fault.OTHER_ISSUER_IN_DISCOVERY in self.faults
        return _json(
            {
                "issuer": "https://another.example" if is_other else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "scopes_supported": ["openid", "email", "profile"],
            }
        )

    def _keys(self, _request: Request) -> Response:
        return _json(self.signer.published())

    def _style(self, _request: Request) -> Response:
        return Response(STYLE, mimetype="text/css")

    # --- the page ------------------------------------------------------------------------------

    def _authorize(self, request: Request) -> Response:
        asked = request.form if request.method == "POST" else request.args
        if asked.get("client_id") != self.client.client_id:
            return self._page(error_page(name=self.name, reason="No such client."), 400)
        if asked.get("redirect_uri") != self.client.redirect_uri:
            reason = "The address to return to is not the registered one."
            return self._page(error_page(name=self.name, reason=reason), 400)
        problem = _problem_of(asked)
        if problem:
            return self._back(asked, error=problem)
        if request.method == "GET":
            hidden = {name: asked[name] for name in _CARRIED if name in asked}
            return self._page(
                choice_page(name=self.name, hidden=hidden, people=self.people.values())
            )
        person = self.people.get(asked.get("person", ""))
        if person is None:
            return self._back(asked, error="access_denied")
        grant = Grant(
            person, asked["redirect_uri"], asked.get("nonce"), asked["code_challenge"], time.time()
        )
        return self._back(asked, code=self._grants.issue_code(grant))

    def _page(self, text: str, status: int = 200) -> Response:
        response = Response(text, status, mimetype="text/html")
        back = urlsplit(self.client.redirect_uri)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
            f"form-action 'self' {back.scheme}://{back.netloc}"
        )
        return response

    def _back(self, asked: MultiDict[str, str], **answer: str) -> Response:
        """To the client, with the issuer beside the answer (RFC 9207)."""
        values = {**answer, "state": asked.get("state", ""), "iss": self.issuer}
        if Fault.OTHER_ISSUER_IN_REDIRECT in self.faults:
            values["iss"] = "https://another.example"
        if Fault.NO_ISSUER_IN_REDIRECT in self.faults:
            del values["iss"]
        url = f"{self.client.redirect_uri}?{urlencode(values)}"
        return Response(status=303, headers={"Location": url})

    # --- the back channel ----------------------------------------------------------------------

    def _token(self, request: Request) -> Response:
        spoilt = self._spoilt_token_answer()
        if spoilt is not None:
            return spoilt
        if not self._is_client(request):
            return _json({"error": "invalid_client"}, 401)
        grant = self._grants.redeem(
            request.form.get("code", ""),
            redirect_uri=request.form.get("redirect_uri", ""),
            code_verifier=request.form.get("code_verifier", ""),
        )
        if grant is None or request.form.get("grant_type") != "authorization_code":
            return _json({"error": "invalid_grant"}, 400)
        answer: dict[str, object] = {
            "access_token": self._grants.issue_access_token(grant.person),
            "token_type": "Bearer",
            "expires_in": [300] if Fault.ODD_TOKEN_ANSWER in self.faults else 300,
        }
        if Fault.NO_ID_TOKEN not in self.faults:
            answer["id_token"] = self._id_token(grant)
        return _json(answer)

    def _id_token(self, grant: Grant) -> str:
        claims = id_token_claims(
            grant, issuer=self.issuer, client_id=self.client.client_id, faults=self.faults
        )
        return self.signer.sign(claims, faults=self.faults, client_secret=self.client.client_secret)

    def _spoilt_token_answer(self) -> Response | None:
        if Fault.SLOW in self.faults:
            self._released.wait(LONGEST_WAIT_S)
        if Fault.TOKEN_ERROR in self.faults:
            return _json({"error": "server_error"}, 500)
        if Fault.TOKEN_PAGE in self.faults:
            return Response("<p>Too many requests</p>", mimetype="text/html")
        if Fault.TOKEN_REDIRECT in self.faults:
            return Response(status=307, headers={"Location": f"{self.issuer}/jwks"})
        if Fault.ENDLESS in self.faults:
            return Response(_endless(), mimetype="application/json")
        return None

    def _is_client(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return False
        expected = f"{self.client.client_id}:{self.client.client_secret}".encode()
        return hmac.compare_digest(b64decode(given), expected)

    def _userinfo(self, request: Request) -> Response:
        _scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        person = self._grants.person_of(token)
        if person is None:
            return _json({"error": "invalid_token"}, 401)
        is_other = Fault.OTHER_SUBJECT_IN_USERINFO in self.faults
        subject = secrets.token_hex(4) if is_other else person.subject
        return _json({"sub": subject, "name": person.name, **email_claims(person)})


def _problem_of(asked: MultiDict[str, str]) -> str:
    """The error code of a request that may be sent back; an empty text when it is right."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return "invalid_request"
    return "login_required" if asked.get("prompt") == "none" else ""


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")


def _endless() -> Iterator[bytes]:
    yield b'{"access_token": "'
    for _ in range(4096):
        yield b"x" * 4096
