"""`python -m benchmarks.first_visit`: what a browser fetches to sign in and see the first page, gzipped.

Fonts are left out; whatever lies at another origin is counted apart.
"""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from benchmarks.checking import check_status
from benchmarks.client import Client, UnexpectedAnswer
from benchmarks.contestants import sign_in_at_product
from benchmarks.database import filled
from benchmarks.findings import Finding
from benchmarks.pages import EMPLOYER
from benchmarks.publishing import command_line, publish
from benchmarks.serving import serve_product

_FETCHED = {"stylesheet", "icon", "manifest", "preload", "modulepreload", "apple-touch-icon"}
_FONTS = (".woff2", ".woff", ".ttf", ".otf")
_URL_IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)")


class Fetched(HTMLParser):
    """The addresses that a browser asks for while it shows a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and _FETCHED & set(given.get("rel", "").split()):
            self.addresses.append(given.get("href", ""))
        elif tag in {"script", "img", "iframe", "source"} and given.get("src"):
            self.addresses.append(given["src"])


def main() -> None:
    asked = command_line("first_visit", __doc__).parse_args()
    with filled(100) as database, serve_product(database) as server:
        publish(found(visit(server.port)), dry=asked.dry)


def visit(port: int) -> dict[str, int | None]:
    """Gzipped bytes by address; None for what is at another origin."""
    sizes: dict[str, int | None] = {}
    client = Client(port)
    _take(client, "/", sizes)
    sign_in_at_product(client, EMPLOYER)
    location = re.search(r"(?im)^location: (\S+)", client.get("/").headers)
    if location is None:
        raise UnexpectedAnswer("/ does not lead to a company's home page")
    _take(client, urlsplit(location[1]).path, sizes)
    return sizes


def found(sizes: dict[str, int | None]) -> Finding:
    own = {name: size for name, size in sizes.items() if size is not None}
    foreign = [name for name, size in sizes.items() if size is None]
    rows = [[_shown(name), f"{size / 1000:.1f}"] for name, size in own.items()]
    return Finding(
        name="first_visit",
        title="The first visit",
        about=f"the page to sign in, the home page of a company and all that they fetch, gzipped one by one, without "
        f"fonts: {sum(own.values()) / 1000:.1f} kB. At other origins: {', '.join(foreign) or 'nothing'}.",
        numbers={"kilobytes": round(sum(own.values()) / 1000, 1), "foreign": len(foreign)},
        columns=("what", "kB"),
        rows=rows,
    )


def _take(client: Client, path: str, sizes: dict[str, int | None]) -> None:
    """Fetch a page and everything it needs that was not fetched before."""
    answer = client.get(path)
    check_status(path, answer)
    sizes[path] = len(gzip.compress(answer.body))
    for address in _below(path, Fetched(answer.text).addresses):
        _take_file(client, address, sizes)


def _take_file(client: Client, address: str, sizes: dict[str, int | None]) -> None:
    if address in sizes or urlsplit(address).path.endswith(_FONTS):
        return
    if urlsplit(address).netloc:
        sizes[address] = None
        return
    answer = client.get(address)
    check_status(address, answer)
    sizes[address] = len(gzip.compress(answer.body))
    if urlsplit(address).path.endswith(".css"):
        for inner in _below(address, _URL_IN_CSS.findall(answer.text)):
            _take_file(client, inner, sizes)


def _below(path: str, addresses: list[str]) -> Iterator[str]:
    for address in addresses:
        if address and not address.startswith(("data:", "#")):
            yield urljoin(path, address)


def _shown(address: str) -> str:
    """Without what is drawn by lot, or changes with the file."""
    return re.sub(r"/c/[0-9a-f-]{36}/", "/c/…/", urlsplit(address).path)


if __name__ == "__main__":
    main()
