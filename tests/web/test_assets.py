"""Static files: hashed names, caching, compression, and what they may weigh."""

import gzip
import re

import pytest

from app.views.assets import Assets, UnknownAsset
from tests.web.design_app import design_app


@pytest.fixture(scope="module")
def app():
    return design_app()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def assets(app) -> Assets:
    return app.extensions["assets"]


def address(assets, name):
    return f"/static/{assets.find(name).public_name}"


def test_a_static_file_is_kept_for_a_year_under_the_hash_of_its_bytes(client, assets):
    answer = client.get(address(assets, "clientele.css"))

    assert answer.status_code == 200
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_other_bytes_get_another_name():
    first = Assets({"a.css": b"one"}).find("a.css").public_name

    assert first != Assets({"a.css": b"two"}).find("a.css").public_name
    assert first == Assets({"a.css": b"one"}).find("a.css").public_name


def test_a_page_open_during_an_upgrade_gets_the_present_file_but_does_not_keep_it(client):
    answer = client.get("/static/clientele.0000000000000000.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["missing.0000.css", "..%2fconfig.py", "css", "x.0.exe"])
def test_a_file_that_does_not_exist_is_not_found(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_text_is_compressed_for_who_accepts_it(client, assets):
    path = address(assets, "clientele.js")
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_an_unchanged_file_is_not_sent_again(client, assets):
    path = address(assets, "clientele.css")
    etag = client.get(path).headers["ETag"]

    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_the_style_sheet_names_a_font_of_this_site_that_exists(client, assets):
    css = assets.find("clientele.css").body.decode()
    (font,) = re.findall(r'url\("([^"]+)"\)', css)

    answer = client.get(f"/static/{font}")

    assert answer.status_code == 200
    assert answer.mimetype == "font/ttf"
    assert len(answer.data) > 100_000


def test_scripts_stay_under_ten_kilobytes_and_a_first_visit_under_sixty(client, assets):
    style, script = (assets.find(name) for name in ("clientele.css", "clientele.js"))
    page = client.get("/sink/portal").data

    assert len(script.body) < 10_000
    first_visit = len(style.gzipped) + len(script.gzipped) + len(gzip.compress(page))
    assert first_visit < 60_000


def test_asking_for_an_unknown_file_is_an_error_while_rendering(assets):
    with pytest.raises(UnknownAsset):
        assets.find("missing.css")
