"""`python -m benchmarks.archive`: the ZIP of a period goes out nearly as fast as zipfile can make one.

Every document has a PDF and an XML of its own on the disk. Both servers send the same files over the
same loopback; the product asks the database, authorises, verifies each file's hash and adds an index.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from app import create_app
from app.domain.invoicing import DocumentFormat
from app.extensions import ports
from benchmarks.bare_zip import LIST_VARIABLE
from benchmarks.client import Client
from benchmarks.contestants import sign_in_at_product
from benchmarks.database import Filled, filled_postgresql, scratch_folder, server
from benchmarks.downloads import Download, download
from benchmarks.fill import BIG_COMPANY
from benchmarks.findings import Finding
from benchmarks.pages import EMPLOYER
from benchmarks.peaks import peak_of
from benchmarks.publishing import command_line, publish
from benchmarks.serving import Server, environment, serve, serve_product
from benchmarks.verdicts import TIMES

SIZES = {2011: 1_000, 2012: 10_000}
"""Documents by the year they are made to be of."""
_END = {"PDF": b"\n%% %d\n", "XML": b"<!-- %d -->\n"}
_OWN_FILE = "UPDATE document SET sha256 = %s, size_bytes = %s WHERE id = %s"
_OWN_DAY = "UPDATE invoice SET issued_on = make_date(%s, 6, 15) WHERE id = %s"


@dataclass(slots=True)
class Compared:
    """Downloads of one size; `added_mib` is the most that the product's worker held on top."""

    product: list[Download] = field(default_factory=list)
    bare: list[Download] = field(default_factory=list)
    added_mib: float = 0

    @property
    def speed(self) -> float:
        pairs = zip(self.product, self.bare, strict=True)
        return median(mine.mib_per_s / theirs.mib_per_s for mine, theirs in pairs)


def main() -> None:
    parser = command_line("archive", __doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0, help="of the documents, for a try")
    asked = parser.parse_args()
    sizes = {year: max(20, int(count * asked.share)) for year, count in SIZES.items()}
    with (
        server() as cluster,
        filled_postgresql(cluster, sum(sizes.values()) + 100, big_share=1) as database,
        scratch_folder() as lists,
        psycopg.connect(database.superuser, autocommit=True) as connection,
    ):
        own_files(database, connection, sizes, lists)
        company = connection.execute(
            "SELECT public_id FROM company WHERE name = %s", (BIG_COMPANY,)
        ).fetchone()
        assert company is not None
        with _served(database, lists) as (product, bare):
            client = Client(product.port)
            sign_in_at_product(client, EMPLOYER)
            base = f"/c/{company[0]}/invoices/archive?period="
            check(product, f"{base}2011", client.cookies, sizes[2011], lists / "check.zip")
            compared = {
                count: _compare(product, bare, base, year, client.cookies, asked.rounds)
                for year, count in sizes.items()
            }
    publish(
        found(dict(zip(SIZES.values(), compared.values(), strict=True))),
        dry=asked.dry or asked.share < 1,
    )


def own_files(
    database: Filled, connection: psycopg.Connection[Any], sizes: dict[int, int], lists: Path
) -> None:
    """Give as many documents as wanted files of their own, and a day in the year of their size."""
    print(f"Writing {2 * sum(sizes.values()):,} files")
    rows = connection.execute(
        "SELECT i.id, i.number, d.id, d.format, d.sha256 FROM invoice i "
        "JOIN document d ON d.invoice_id = i.id JOIN company c ON c.id = i.company_id "
        "WHERE c.name = %s AND i.number ~ '^[BC]' ORDER BY i.id, d.format",
        (BIG_COMPANY,),
    ).fetchall()
    supply = iter(rows)
    with create_app(database.settings).app_context():
        blobs = ports().blobs
        originals = {row[3]: blobs.read(row[4]) for row in rows[:2]}
        for year, count in sizes.items():
            listed = []
            for invoice_id, number, document_id, kind, _old in islice(supply, 2 * count):
                data = originals[kind] + _END[kind] % document_id
                sha256 = blobs.put(data, media_type=DocumentFormat(kind).media_type)
                connection.execute(_OWN_FILE, (sha256, len(data), document_id))
                connection.execute(_OWN_DAY, (year, invoice_id))
                path = database.folder / "blobs" / "sha256" / sha256[:2] / sha256[2:]
                listed.append((f"{number}.{kind.lower()}", str(path)))
            (lists / f"{year}.json").write_text(json.dumps(listed), encoding="utf-8")
    connection.execute("VACUUM (ANALYZE)")


def check(server: Server, path: str, cookies: dict[str, str], count: int, into: Path) -> None:
    """Raises RuntimeError unless the archive is whole and has all files, and an index."""
    download(server.port, path, cookies, into=into)
    with zipfile.ZipFile(into) as archive:
        if archive.testzip() or len(archive.namelist()) != 2 * count + 1:
            raise RuntimeError(f"{path}: {len(archive.namelist())} files")


def found(compared: dict[int, Compared]) -> Finding:
    numbers: dict[str, float] = {}
    rows = []
    for count, one in compared.items():
        numbers |= {
            f"speed_{count}": round(one.speed, 2),
            f"memory_{count}": round(one.added_mib, 1),
        }
        rows.append(
            [
                f"{count:,}",
                f"{one.product[0].size / 2**20:,.0f}",
                f"**{one.speed:.2f}**",
                f"{median(each.mib_per_s for each in one.product):,.0f}",
                f"{median(each.mib_per_s for each in one.bare):,.0f}",
                f"{1000 * median(each.first_s for each in one.product):,.0f}",
                f"{one.added_mib:.0f}",
            ]
        )
    return Finding(
        name="archive",
        title="A period as one ZIP",
        about="PDF and XML of every document, stored, streamed over loopback, product and zipfile by turns. Memory is "
        "what the product's worker held on top of what it held before, asked twenty times a second.",
        numbers=numbers,
        columns=(
            "documents",
            "MiB",
            f"{TIMES} zipfile",
            "MiB/s",
            "zipfile MiB/s",
            "first byte ms",
            "memory MiB",
        ),
        rows=rows,
    )


@contextmanager
def _served(database: Filled, lists: Path) -> Iterator[tuple[Server, Server]]:
    variables = environment(database.addresses, database.folder) | {LIST_VARIABLE: str(lists)}
    log = database.folder / "bare.log"
    with (
        serve_product(database) as product,
        serve("benchmarks.bare_zip:app", variables, log=log) as bare,
    ):
        yield product, bare


def _compare(
    product: Server, bare: Server, base: str, year: int, cookies: dict[str, str], rounds: int
) -> Compared:
    compared = Compared()
    for _round in range(rounds):
        compared.bare.append(download(bare.port, f"/{year}.zip"))
        compared.product.append(download(product.port, f"{base}{year}", cookies))
    with peak_of(product.memory_mb) as peak:  # once more: asking takes time of its own
        download(product.port, f"{base}{year}", cookies)
    compared.added_mib = peak.added
    return compared


if __name__ == "__main__":
    main()
