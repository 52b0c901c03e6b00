"""Security headers of every response, errors included."""

from functools import lru_cache
from typing import Final

from flask import Flask, Response, abort, current_app, request

from app.domain.ports import Ports

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def register_headers(app: Flask, *, is_production: bool) -> None:
    """Add the headers to every response. Sources: OWASP ASVS 5, 3.4; RFC 9110; CSP level 3."""
    fixed = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if is_production:
        fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    def add(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _policy(_form_targets()))
        if "Cache-Control" not in response.headers or request.endpoint is None:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)
    app.before_request(_refuse_posts_of_other_sites)


def _refuse_posts_of_other_sites() -> None:
    """A browser says where a form comes from; the form's token is the other half (OWASP ASVS 5, 3.5.1)."""
    if request.method not in SAFE_METHODS:
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site not in {"same-origin", "none"}:
            abort(400)


def _form_targets() -> tuple[str, ...]:
    """Where forms may lead: here, and to the pages of providers, since browsers look at redirects after a POST too."""
    ports: Ports | None = current_app.extensions.get("ports")
    providers = ports.providers.values() if ports else ()
    return ("'self'", *(origin for provider in providers for origin in provider.origins))


@lru_cache(maxsize=8)
def _policy(form_targets: tuple[str, ...]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action {' '.join(form_targets)}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
