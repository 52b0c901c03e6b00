"""`python -m benchmarks.skew`: the biggest company waits no longer than one of ten invoices.

Both ask through the same connection, on which a hundred requests of each went before: that is when
PostgreSQL may begin to plan for the average company.
"""

from app.security.vault import AesGcmVault
from benchmarks import contestants
from benchmarks.client import Client
from benchmarks.database import filled
from benchmarks.findings import Finding
from benchmarks.measure import Bench
from benchmarks.pages import Library
from benchmarks.publishing import command_line, publish
from benchmarks.serving import serve_product
from benchmarks.verdicts import TIMES

BEFORE = 100
KEYS = ("first", "small")


def main() -> None:
    parser = command_line("skew", __doc__)
    parser.add_argument("invoices", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--burst", type=int, default=10)
    asked = parser.parse_args()
    with filled(asked.invoices) as database:
        library = Library(database.reading_url, AesGcmVault(database.settings.sealing_keys))
        pages = [page for page in library.pages() if page.key in KEYS]
        library.close()
        with serve_product(database) as server:
            product = contestants.product(contestants.PRODUCT, server, pages)
            for page in pages:
                client = Client(server.port)
                product.enter(client, page.who)
                for _request in range(BEFORE):
                    client.get(page.paths[contestants.PRODUCT])
                client.close()
            bench = Bench([product], pages)
            bench.time(rounds=asked.rounds, burst=asked.burst)
    publish(found(bench, asked.invoices), dry=asked.dry)


def found(bench: Bench, invoices: int) -> Finding:
    timings = {one.page.key: one.timings[contestants.PRODUCT] for one in bench.measured}
    ratio = timings["first"].times(timings["small"])
    rows = [
        [one.page.title, f"{timing.p50_ms:.2f}", f"{timing.p95_ms:.2f}"]
        for one, timing in zip(bench.measured, timings.values(), strict=True)
    ]
    return Finding(
        name="skew",
        title="The biggest company and one of ten invoices",
        about=f"the first page of both, by turns, after {BEFORE} requests of each on the same connection, with "
        f"{invoices:,} invoices in all: the big one takes {ratio:.2f} {TIMES} the time of the small one.",
        numbers={"big_to_small": round(ratio, 2)},
        columns=("page", "p50 ms", "p95 ms"),
        rows=rows,
    )


if __name__ == "__main__":
    main()
