"""The log: a line for each request under its reference, and a canary that no secret gets out."""

import io
import logging

import pytest

from tests.cast import CLAIRE, PASSWORD
from tests.web.signing_in import sign_in, sign_out

IBAN = "BE71 0961 2345 6769"


@pytest.fixture
def written():
    """Everything that the handler of the product writes meanwhile."""
    from app.views.request_log import MaskingFormatter

    logger, stream = logging.getLogger("app"), io.StringIO()
    (handler,) = [one for one in logger.handlers if isinstance(one.formatter, MaskingFormatter)]
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def test_each_request_has_a_line_with_its_reference_and_without_its_query(client, written):
    answer = client.get("/forgot?q=claire")

    (line,) = written.getvalue().splitlines()
    assert answer.headers["X-Request-ID"] in line
    assert "GET /forgot 200" in line
    assert "claire" not in line


def test_the_pulse_leaves_no_line(client, written):
    client.get("/healthz")

    assert written.getvalue() == ""


def test_no_canary_gets_out(client, app, written):
    def burst():
        message = f"{CLAIRE} with {IBAN} and {token}"
        raise RuntimeError(message)

    sign_in(client, CLAIRE, "a wrong password")
    sign_in(client, CLAIRE, next=f"/account?mail={CLAIRE}")
    cookie = client.get_cookie("sid")
    assert cookie
    token = cookie.value
    client.get(f"/account?iban={IBAN}")
    before = app.view_functions["forgot.ask"]
    app.view_functions["forgot.ask"] = burst
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        assert client.get("/forgot").status_code == 500
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
        app.view_functions["forgot.ask"] = before
    sign_out(client)

    log = written.getvalue()
    assert "RuntimeError" in log
    for secret in (CLAIRE, IBAN, token, PASSWORD, "a wrong password", "claire@"):
        assert secret not in log


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"mail to {CLAIRE} failed", "mail to <e-mail> failed"),
        ("from BE71096123456769.", "from <iban>."),
        (f"from {IBAN} to DE89 3704 0044 0532 0130 00", "from <iban> to <iban>"),
        ("is scrypt:32768:8:1$abc$0123", "is <hash>"),
        ("sid=W_N5utdPjxRk0BuG-5fPPHz2NFwMptgd8DMr0b2-D9k;", "sid=<token>;"),
        ("GET /reset/W_N5utdPjxRk-BuG-fPPHzzNFwMptgdxDMrwbs-DxkA 200", "GET /reset/<token> 200"),
        ("GET /reset/AbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ 200", "GET /reset/<token> 200"),
        ("/c/0b0f9a52-7f0c-4b5e-9a54-1c7a5d1f9e10/invoices", None),
        ("blob " + "0123456789abcdef" * 4, None),
        ("BIS 3.0 and EN 16931", None),
    ],
)
def test_what_looks_personal_is_masked_and_what_does_not_stays(text, shown):
    from app.views.request_log import masked

    assert masked(text) == (shown if shown is not None else text)
