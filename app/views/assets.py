"""Static files under names that carry a hash of their bytes: cached for a year, never stale."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Final

from flask import Flask, Response, abort, request

from app.security.access import public

_STATIC: Final = Path(__file__).resolve().parent.parent / "static"
_CACHED_FOREVER: Final = "public, max-age=31536000, immutable"

# One request each. The order of the style sheets is the order of the cascade.
_BUNDLES: Final = {
    "clientele.css": tuple(
        f"css/{part}.css"
        for part in (
            "tokens",
            "base",
            "layout",
            "actions",
            "cards",
            "documents",
            "feedback",
            "forms",
            "navigation",
            "plots",
            "tables",
            "variants",
            "utilities",
        )
    ),
    "clientele.js": tuple(f"js/{part}.js" for part in ("page", "forms", "tables")),
}
_TEXT_TYPES: Final = ("text/", "image/svg+xml", "font/ttf")


class UnknownAsset(LookupError):
    """A template asked for a static file that does not exist."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file as it is served."""

    public_name: str
    media_type: str
    body: bytes
    gzipped: bytes | None


class Assets:
    """Every static file by name, read and hashed once, at start."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        # Style sheets name other assets, so those get their names first.
        self._by_name: dict[str, Asset] = {}
        for name in sorted(bodies, key=lambda name: name.endswith(".css")):
            self._by_name[name] = _asset(name, self._with_hashed_names(name, bodies[name]))
        self._by_public_name = {asset.public_name: asset for asset in self._by_name.values()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names `asset()` accepts."""
        return tuple(self._by_name)

    def find(self, name: str) -> Asset:
        """Raises UnknownAsset."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownAsset(name) from None

    def find_public(self, public_name: str) -> tuple[Asset, bool] | None:
        """The file of that public name, and whether its hash is the present one.

        A page that was open during an upgrade asks for yesterday's hash: it gets today's file,
        but must not keep it under the old name.
        """
        asset = self._by_public_name.get(public_name)
        if asset is not None:
            return asset, True
        path = PurePosixPath(public_name)
        present = self._by_name.get(path.with_suffix("").stem + path.suffix)
        return (present, False) if present is not None else None

    def _with_hashed_names(self, name: str, body: bytes) -> bytes:
        if not name.endswith(".css"):
            return body
        for known, asset in self._by_name.items():
            body = body.replace(f'url("{known}")'.encode(), f'url("{asset.public_name}")'.encode())
        return body


def register_assets(app: Flask) -> None:
    """Serve `/static/<name>.<hash>.<ext>` and give templates `asset(name)`.

    Create the application with `static_folder=None`, so that Flask has no `/static` of its own.
    """
    assets = Assets(_read_bodies())
    urls: dict[str, str] = {}

    def asset(name: str) -> str:
        """The address of a static file. Raises UnknownAsset."""
        public_name = assets.find(name).public_name
        if name not in urls:
            # Not url_for: the page that refuses a foreign host has no addresses to build from.
            urls[name] = f"/static/{public_name}"
        return urls[name]

    @public
    def serve(public_name: str) -> Response:
        found = assets.find_public(public_name)
        if found is None:
            abort(404)
        return _response(found[0], is_present=found[1])

    app.add_url_rule("/static/<string:public_name>", "asset", serve)
    app.add_template_global(asset, "asset")
    app.extensions["assets"] = assets


def _read_bodies() -> dict[str, bytes]:
    bodies = {
        name: b"\n".join(_without_comments(_STATIC / part) for part in parts)
        for name, parts in _BUNDLES.items()
    }
    for path in sorted(_STATIC.iterdir()):
        if path.is_file():
            bodies[path.name] = path.read_bytes()
    font = files("fontpkg_inter").joinpath("files", "Inter[opsz,wght].ttf")
    bodies["inter.ttf"] = font.read_bytes()
    return bodies


def _without_comments(path: Path) -> bytes:
    """What a browser needs of a file: comments of scripts, on lines of their own, are for who reads them here."""
    lines = path.read_bytes().splitlines(keepends=True)
    is_script = path.suffix == ".js"
    return b"".join(one for one in lines if not (is_script and one.lstrip().startswith(b"//")))


def _asset(name: str, body: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = hashlib.sha256(body).hexdigest()[:16]
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    shrinks = media_type.startswith(_TEXT_TYPES)
    return Asset(
        public_name=f"{path.stem}.{digest}{path.suffix}",
        media_type=media_type,
        body=body,
        gzipped=gzip.compress(body, 6, mtime=0) if shrinks else None,
    )


def _response(asset: Asset, *, is_present: bool) -> Response:
    body = asset.body
    response = Response(mimetype=asset.media_type)
    response.headers["Cache-Control"] = _CACHED_FOREVER if is_present else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if asset.gzipped is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"]:
            body = asset.gzipped
            response.content_encoding = "gzip"
    response.set_data(body)
    response.add_etag()
    response.make_conditional(request)
    return response
