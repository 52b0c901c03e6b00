"""`python -m benchmarks N`: fill, serve, check, measure by turns, keep the plans, and write results.md."""

import argparse
import sys
from contextlib import ExitStack

import psycopg

from app.security.vault import AesGcmVault
from benchmarks import contestants as who
from benchmarks.contestants import Contestant
from benchmarks.database import Filled, filled_postgresql, filled_sqlite, server
from benchmarks.keeping import keep_run
from benchmarks.measure import Bench
from benchmarks.pages import Library, Page
from benchmarks.peers import setting_up as peers
from benchmarks.plans import write_plans
from benchmarks.report import write_page, write_report
from benchmarks.run import Run
from benchmarks.serving import Server, environment, serve

BASE_COUNT = 10_000
"""What growth is measured from."""


def main() -> None:
    """Read what is asked for, run it, say where the results are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("invoices", type=int, nargs="?", default=BASE_COUNT)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--burst", type=int, default=10, help="requests per page and round")
    parser.add_argument(
        "--without",
        nargs="*",
        default=[],
        choices=[who.FLOOR, who.FAB, who.DJANGO, who.SQLITE, who.BASE],
        help="contestants to leave out",
    )
    parser.add_argument("--statements", action="store_true", help="print what each page asks")
    parser.add_argument("--dry", action="store_true", help="measure, but keep no results")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        run = _Contest(stack, arguments).run()
    if arguments.dry:
        print(write_report([run], []))
    else:
        keep_run(run)
        print(f"The results are in {write_page()}")


class _Contest:
    """Everything that is filled and served for one run; the stack takes it down."""

    def __init__(self, stack: ExitStack, arguments: argparse.Namespace) -> None:
        self._stack = stack
        self._asked = arguments
        cluster = stack.enter_context(server())
        count = arguments.invoices
        self._database = stack.enter_context(filled_postgresql(cluster, count))
        self._variables = environment(self._database.addresses, self._database.folder)
        self._sqlite = self._base = None
        if self._has(who.SQLITE):
            self._sqlite = stack.enter_context(filled_sqlite(count))
        if self._has(who.BASE) and count > BASE_COUNT:
            self._base = stack.enter_context(filled_postgresql(cluster, BASE_COUNT))

    def run(self) -> Run:
        if not self._asked.dry:
            write_plans(self._database, self._sqlite)
        pages, users = self._library(self._database)
        present = self._contestants(pages, users)
        bench = Bench(present, pages)
        print(f"Measuring {len(pages)} pages of {len(present)} contestants")
        bench.time(rounds=self._asked.rounds, burst=self._asked.burst, say=self._say)
        self._count(bench)
        memory = {one.name: one.server.memory_mb() for one in present}
        return Run.of(bench.measured, memory, self._asked)

    def _contestants(self, pages: list[Page], users: dict[str, int]) -> list[Contestant]:
        found = []
        if self._has(who.FLOOR):
            floor = self._serve(who.FLOOR, "benchmarks.floor:create_app()", self._variables)
            found.append(who.floor(floor, pages, users))
        found.append(self._product(who.PRODUCT, self._database, pages))
        if self._has(who.FAB):
            variables = peers.set_up_fab(self._database, self._variables)
            served = self._serve(who.FAB, peers.FAB_APPLICATION, variables)
            found.append(who.plain_fab(served, pages))
        if self._has(who.DJANGO):
            variables = peers.set_up_django(self._database, self._variables)
            served = self._serve(who.DJANGO, peers.DJANGO_APPLICATION, variables)
            found.append(who.django_admin(served, pages))
        for name, database in ((who.SQLITE, self._sqlite), (who.BASE, self._base)):
            if database is not None:
                found.append(self._product(name, database, self._library(database)[0]))
        return found

    def _product(self, name: str, database: Filled, pages: list[Page]) -> Contestant:
        variables = environment(database.addresses, database.folder)
        return who.product(name, self._serve(name, "run:app", variables), pages)

    def _serve(self, name: str, application: str, variables: dict[str, str]) -> Server:
        log = self._database.folder / f"{name}.log"
        return self._stack.enter_context(serve(application, variables, log=log))

    def _library(self, database: Filled) -> tuple[list[Page], dict[str, int]]:
        library = Library(database.reading_url, AesGcmVault(database.settings.sealing_keys))
        pages = library.pages()
        users = {one: library.user_id(one) for one in dict.fromkeys(page.who for page in pages)}
        library.close()
        return pages, users

    def _count(self, bench: Bench) -> None:
        for name, database in ((who.PRODUCT, self._database), (who.BASE, self._base)):
            if database is None:
                continue
            with psycopg.connect(database.superuser, autocommit=True) as connection:
                for one in bench.measured:
                    asked = bench.count(one, name, connection)
                    if self._asked.statements and name == who.PRODUCT:
                        print(f"\n{one.page.title}\n{asked}")

    def _has(self, name: str) -> bool:
        return name not in self._asked.without

    def _say(self, done: int) -> None:
        end = "\n" if done >= self._asked.rounds else "\r"
        print(f"  round {done} of {self._asked.rounds}", end=end)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
