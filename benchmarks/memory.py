"""`python -m benchmarks.memory`: a worker holds no more after 50,000 requests than after the first ten thousand.

Plain FAB gets fewer of them, on its own lists: what it holds has long settled by then.
"""

import sys

from app.security.vault import AesGcmVault
from benchmarks import contestants
from benchmarks.checking import check_status
from benchmarks.client import Client
from benchmarks.contestants import Contestant
from benchmarks.database import filled
from benchmarks.findings import Finding
from benchmarks.pages import Library
from benchmarks.peers import setting_up as peers
from benchmarks.publishing import command_line, publish
from benchmarks.serving import environment, serve, serve_product
from benchmarks.verdicts import TIMES

REQUESTS, FAB_REQUESTS = 50_000, 3_000
LOOKS = 20
"""How often the memory is asked for on the way."""


def main() -> None:
    parser = command_line("memory", __doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--fab-requests", type=int, default=FAB_REQUESTS)
    asked = parser.parse_args()
    with filled(10_000) as database:
        library = Library(database.reading_url, AesGcmVault(database.settings.sealing_keys))
        pages = library.pages()
        library.close()
        with serve_product(database) as server:
            product = contestants.product(contestants.PRODUCT, server, pages)
            held = use(product, asked.requests)
        variables = peers.set_up_fab(database, environment(database.addresses, database.folder))
        log = database.folder / "fab.log"
        with serve(peers.FAB_APPLICATION, variables, log=log) as server:
            held_by_fab = use(contestants.plain_fab(server, pages), asked.fab_requests)
    publish(found(held, held_by_fab, asked.requests, asked.fab_requests), dry=asked.dry)


def use(contestant: Contestant, requests: int) -> list[float]:
    """Ask for all of its pages in turn; what its worker held (MiB) after each twentieth of the requests."""
    clients: dict[str, Client] = {}
    stops = []
    for key, page in contestant.pages.items():
        path = contestant.path(key)
        if path is None:
            continue
        if page.who not in clients:
            clients[page.who] = Client(contestant.server.port)
            contestant.enter(clients[page.who], page.who)
        stops.append((clients[page.who], path))
    held = []
    step = max(1, requests // LOOKS)
    for nth in range(1, requests + 1):
        client, path = stops[nth % len(stops)]
        check_status(path, client.get(path))
        if nth % step == 0:
            held.append(contestant.server.memory_mb())
            print(f"  {contestant.name}: {nth:,} requests, {held[-1]:.0f} MiB", end="\r")
            sys.stdout.flush()
    print()
    return held


def found(held: list[float], by_fab: list[float], requests: int, fab_requests: int) -> Finding:
    settled = held[max(0, len(held) // 5 - 1)]
    growth, to_fab = held[-1] / settled, held[-1] / by_fab[-1]
    rows = [
        ["the product", f"{requests:,}", *_three(held), f"{growth:.3f}"],
        ["plain FAB", f"{fab_requests:,}", *_three(by_fab), ""],
    ]
    return Finding(
        name="memory",
        title="Memory of a worker",
        about=f"one worker, all of its pages in turn. The product holds {to_fab:.2f} {TIMES} what plain FAB holds.",
        numbers={"growth": round(growth, 3), "to_fab": round(to_fab, 2)},
        columns=(
            "worker", "requests", "after a twentieth, MiB", "after a fifth", "at the end",
            f"end {TIMES} fifth",
        ),
        rows=rows,
    )  # fmt: skip


def _three(held: list[float]) -> list[str]:
    places = (0, max(0, len(held) // 5 - 1), -1)
    return [f"{held[place]:.1f}" for place in places]


if __name__ == "__main__":
    main()
