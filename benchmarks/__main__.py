"""`python -m benchmarks N`: fill, serve, check, measure, and write results.md."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from app import create_app
from app.security.vault import AesGcmVault
from benchmarks.fill import fill
from benchmarks.measure import Bench, Measured, statistics_of
from benchmarks.pages import Library
from benchmarks.report import Run, keep, write_report
from benchmarks.serving import environment, serve
from config import Settings
from tests.databases import TUNING, Addresses, PostgresServer, throw_away_cluster

SERVER_OPTIONS = TUNING | {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "shared_preload_libraries": "pg_stat_statements",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with the invoices in it, and the folder of their documents."""

    addresses: Addresses
    superuser: str
    folder: Path


def main() -> None:
    """Read what is asked for, run it, say where the results are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("invoices", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--burst", type=int, default=10, help="requests per page and round")
    parser.add_argument("--statements", action="store_true", help="print what each page asks")
    parser.add_argument("--dry", action="store_true", help="measure, but keep no results")
    arguments = parser.parse_args()
    with filled(arguments.invoices) as database:
        run = measure(database, arguments)
    report = write_report([run]) if arguments.dry else keep(run)
    print(report)


@contextmanager
def filled(count: int) -> Iterator[Filled]:
    """A PostgreSQL of our own with `count` invoices and the demo's cast."""
    with ExitStack() as stack:
        superuser = stack.enter_context(throw_away_cluster(SERVER_OPTIONS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clientele-bench-")))
        server = PostgresServer(superuser)
        addresses = stack.enter_context(server.new_database()).addresses
        print(f"Filling a PostgreSQL with {count:,} invoices")
        fill(create_app(settings_of(addresses, folder)), count)
        url = _of_superuser(superuser, addresses)
        with statistics_of(url) as connection:
            connection.execute("VACUUM (FREEZE, ANALYZE)")
        yield Filled(addresses, url, folder)


def settings_of(addresses: Addresses, folder: Path) -> Settings:
    """The settings that filling takes; the servers get theirs from their environment."""
    return Settings(
        data_dir=folder,
        database_url=addresses.runtime,
        database_owner_url=addresses.owner,
        database_system_url=addresses.system,
        database_audit_url=addresses.audit,
        jobs_engine="embedded",
    )


def measure(database: Filled, arguments: argparse.Namespace) -> Run:
    """Serve both, check every page once, then time them by turns."""
    keys = settings_of(database.addresses, database.folder).sealing_keys
    library = Library(database.superuser, AesGcmVault(keys))
    pages = library.pages()
    users = {who: library.user_id(who) for who in dict.fromkeys(page.who for page in pages)}
    variables = environment(database.addresses, database.folder)
    logs = database.folder
    with (
        serve("run:app", variables, log=logs / "product.log") as product,
        serve("benchmarks.floor:create_app()", variables, log=logs / "floor.log") as floor,
    ):
        bench = Bench(product_port=product.port, floor_port=floor.port, users=users)
        measured = [bench.check(page) for page in pages]
        print(f"Measuring {len(measured)} pages in {arguments.rounds} rounds")
        bench.time(measured, rounds=arguments.rounds, burst=arguments.burst)
        _count(bench, measured, database.superuser, is_shown=arguments.statements)
        memory = {"product": product.memory_mb(), "floor": floor.memory_mb()}
    return Run.of(measured, memory, arguments)


def _count(bench: Bench, measured: list[Measured], superuser: str, *, is_shown: bool) -> None:
    with statistics_of(superuser) as connection:
        for one in measured:
            asked = bench.count(one, connection)
            if is_shown:
                print(f"\n{one.page.title}\n{asked}")


def _of_superuser(cluster: URL, addresses: Addresses) -> str:
    database = make_url(addresses.owner).database
    return cluster.set(drivername="postgresql", database=database).render_as_string(
        hide_password=False
    )


if __name__ == "__main__":
    main()
