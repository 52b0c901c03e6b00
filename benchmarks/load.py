"""`python -m benchmarks.load`: fifty requests a second on the list go on while 10,000 documents are imported.

First for half a minute with nothing else to do, then until `flask invoices import` is through, and
never longer than ten minutes. Everything is on this machine.
"""

import subprocess
import sys
from collections import Counter

from app.security.vault import AesGcmVault
from benchmarks.client import Client
from benchmarks.contestants import PRODUCT, sign_in_at_product
from benchmarks.database import Filled, filled_postgresql, scratch_folder, server
from benchmarks.findings import Finding
from benchmarks.pages import EMPLOYER, Library
from benchmarks.publishing import command_line, publish
from benchmarks.serving import environment, serve_product
from benchmarks.steady_load import Driven, SteadyLoad
from benchmarks.ubl_files import write_files
from benchmarks.verdicts import TIMES
from config import ROOT

RATE = 50
KEPT = 0.9
"""The share of the rate that has to be kept when idle, or the machine is too slow or too busy to judge by."""
WORKERS = 2
IDLE_S, MOST_S = 30, 600
ASKED = ("first", "deep", "filter", "prefix")


def main() -> None:
    parser = command_line("load", __doc__)
    parser.add_argument("invoices", type=int, nargs="?", default=100_000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--idle", type=float, default=IDLE_S, help="seconds")
    asked = parser.parse_args()
    with (
        scratch_folder() as folder,
        server(autovacuum=True) as cluster,
        filled_postgresql(cluster, asked.invoices) as database,
    ):
        write_files(folder / "ubl", asked.files)
        library = Library(database.reading_url, AesGcmVault(database.settings.sealing_keys))
        paths = [page.paths[PRODUCT] for page in library.pages() if page.key in ASKED]
        library.close()
        with serve_product(database, workers=WORKERS) as served:
            client = Client(served.port)
            sign_in_at_product(client, EMPLOYER)
            load = SteadyLoad(served.port, paths, client.cookies, rate=RATE)
            load.drive(until=lambda: False, most_s=min(5, asked.idle))  # until all is warm
            idle = load.drive(until=lambda: False, most_s=asked.idle)
            busy = _drive_while_importing(load, database, str(folder / "ubl"))
    publish(found(idle, busy, asked.files, asked.invoices), dry=asked.dry)


def found(idle: Driven, busy: Driven, files: int, invoices: int) -> Finding:
    ratio = busy.p95_ms / idle.p95_ms
    kinds = Counter(idle.errors + busy.errors)
    numbers = {"errors": float(kinds.total())}
    judged = ""
    if idle.per_second >= KEPT * RATE:
        numbers["p95"] = round(ratio, 2)
    else:
        judged = (
            " The machine did not keep that pace with nothing else to do: the p95 is not judged."
        )
    return Finding(
        name="load",
        title="The list while documents are imported",
        about=f"{RATE} requests a second on four lists of the biggest company ({invoices:,} invoices in all), sent "
        f"when they are due, to {WORKERS} workers; {files:,} UBL files imported by the command meanwhile, in "
        f"{busy.took_s:.0f} seconds. Times count from when a request was due. "
        f"Errors: {dict(kinds) or 'none'}.{judged}",
        numbers=numbers,
        columns=("", "requests", "a second", "p95 ms", f"{TIMES} idle"),
        rows=[
            ["idle", f"{len(idle.seconds):,}", f"{idle.per_second:.0f}", f"{idle.p95_ms:.1f}", "1"],
            [
                "importing",
                f"{len(busy.seconds):,}",
                f"{busy.per_second:.0f}",
                f"{busy.p95_ms:.1f}",
                f"**{ratio:.2f}**",
            ],
        ],
    )


def _drive_while_importing(load: SteadyLoad, database: Filled, folder: str) -> Driven:
    command = [
        sys.executable, "-m", "flask", "--app", "run", "invoices", "import", "--create-companies",
        folder,
    ]  # fmt: skip
    variables = environment(database.addresses, database.folder)
    log = database.folder / "import.log"
    with (
        log.open("wb") as file,
        subprocess.Popen(command, env=variables, cwd=ROOT, stdout=file, stderr=file) as importing,
    ):
        busy = load.drive(until=lambda: importing.poll() is not None, most_s=MOST_S)
        if importing.poll() is None:
            importing.terminate()
            print(f"the import was still running after {MOST_S} seconds, and was ended")
    if importing.returncode > 0:
        raise RuntimeError(f"the import failed: {log.read_text('utf-8')[-2000:]}")
    return busy


if __name__ == "__main__":
    main()
