"""Throw-away databases for the tests: a SQLite file, or a PostgreSQL cluster with the four roles.

Both kinds know one *live* database, which the application under test is bound to for the whole
run, and one *template*, taken once from the migrated and filled live one. `restore` puts the
template back; the caller closes its connections first.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, Protocol

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

ROLES = ("clientele_owner", "clientele_rt", "clientele_system", "clientele_audit")
PLAIN_RIGHTS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
PREFIX = "clientele-test-pg-"
MEMORY = Path("/dev/shm")  # noqa: S108 - a temporary folder is made in it
ROOM_BYTES = 1024**3
BINARY_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/latest/bin",
)
TUNING = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",  # would take transaction numbers, by which `restore` knows a write
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "max_connections": "60",
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that it goes with it
    "jit": "off",
    "log_min_messages": "fatal",
}
# A third of the default strategy's time where nothing waits for the disk.
COPY: LiteralString = "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY"
# Reads a pipe that this process holds open: when we end in whatever way, even by SIGKILL, the
# read returns, the server stops and its folder goes.
GUARD = '"$@" </dev/null & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$0"'


@dataclass(frozen=True)
class Addresses:
    """Where the live database answers, one address for each role."""

    runtime: str
    owner: str
    system: str
    audit: str


class Database(Protocol):
    """What the fixtures need to know of a database."""

    addresses: Addresses

    def keep_as_template(self) -> None: ...

    def restore(self) -> None: ...


class SqliteDatabase:
    """One file; the template is a copy of it."""

    def __init__(self, folder: Path) -> None:
        self._live = folder / "clientele.db"
        self._template = folder / "template.db"
        url = f"sqlite:///{self._live}"
        self.addresses = Addresses(runtime=url, owner=url, system=url, audit=url)

    def keep_as_template(self) -> None:
        if self._live.with_name(f"{self._live.name}-wal").exists():
            raise RuntimeError("A connection to the SQLite file is still open.")
        shutil.copyfile(self._live, self._template)

    def restore(self) -> None:
        for leftover in ("-wal", "-shm", "-journal"):
            self._live.with_name(self._live.name + leftover).unlink(missing_ok=True)
        shutil.copyfile(self._template, self._live)


class PostgresServer:
    """A server on which we are the superuser, with the four roles of production."""

    def __init__(self, superuser: URL) -> None:
        self._superuser = superuser
        self._password = secrets.token_hex(16)
        for role in ROLES:
            with suppress(psycopg.errors.DuplicateObject):  # an earlier run on the same server
                self.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            self.execute(
                sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}").format(
                    sql.Identifier(role), sql.SQL(PLAIN_RIGHTS), sql.Literal(self._password)
                )
            )

    @contextmanager
    def new_database(self) -> Iterator["PostgresDatabase"]:
        database = PostgresDatabase(self, tag=f"{os.getpid()}_{secrets.token_hex(3)}")
        try:
            yield database
        finally:
            database.drop()

    def address(self, role: str, database: str) -> str:
        url = self._superuser.set(
            drivername="postgresql+psycopg",
            username=role,
            password=self._password,
            database=database,
        )
        return url.render_as_string(hide_password=False)

    def execute(self, statement: sql.SQL | sql.Composed, *, database: str = "postgres") -> str:
        """Run one statement outside a transaction; return the first value of its answer."""
        url = self._superuser.set(drivername="postgresql", database=database)
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as link:
            cursor = link.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return str(row[0]) if row else ""


class PostgresDatabase:
    """Two databases of a server: the live one is created anew from the template after a write."""

    def __init__(self, server: PostgresServer, *, tag: str) -> None:
        self._server = server
        self._live, self._template = f"clientele_test_{tag}", f"clientele_template_{tag}"
        self._clean_at: str | None = None
        owner, runtime, system, audit = (server.address(role, self._live) for role in ROLES)
        self.addresses = Addresses(runtime=runtime, owner=owner, system=system, audit=audit)
        self._run("CREATE DATABASE {} OWNER {}", self._live, ROLES[0])
        server.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS pg_trgm"), database=self._live)

    def keep_as_template(self) -> None:
        self._server.execute(sql.SQL("VACUUM (FREEZE, ANALYZE)"), database=self._live)
        self._run("ALTER DATABASE {} RENAME TO {}", self._live, self._template)

    def restore(self) -> None:
        if self._clean_at is not None and self._clean_at == self._last_write():
            return
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._live)
        self._run(COPY, self._live, self._template, ROLES[0])
        self._clean_at = self._last_write()

    def drop(self) -> None:
        for database in (self._live, self._template):
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _run(self, statement: LiteralString, *names: str) -> None:
        identifiers = (sql.Identifier(name) for name in names)
        self._server.execute(sql.SQL(statement).format(*identifiers))

    def _last_write(self) -> str:
        """Return the next transaction number: a transaction that only read takes none."""
        return self._server.execute(sql.SQL("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Give the server of `TEST_POSTGRES_URL` (a superuser's), else one of our own."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield PostgresServer(make_url(given))
        return
    with throw_away_cluster() as superuser:
        yield PostgresServer(superuser)


@contextmanager
def throw_away_cluster(
    tuning: Mapping[str, str] = TUNING, *, below: Path | None = None
) -> Iterator[URL]:
    """Start a PostgreSQL of our own in a temporary folder; give its superuser's address."""
    _sweep_leftovers()
    binaries = postgres_binaries()
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=below or _quickest_folder()))
    if account:
        shutil.chown(folder, account)
    data = folder / "data"
    _run_as(
        account,
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
         "--no-locale", "--no-instructions"],
    )  # fmt: skip
    options = [part for name, value in tuning.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        guard = subprocess.Popen(
            ["sh", "-c", GUARD, folder, binaries / "postgres", "-D", data, "-k", folder, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us; the server ends after the fixtures
            user=account,
            cwd=folder,
        )
    url = URL.create("postgresql", username="postgres", host=None, database="postgres")
    try:
        yield _when_ready(url.update_query_dict({"host": str(folder)}), log=folder / "log")
    finally:
        if guard.stdin:
            guard.stdin.close()
        guard.wait(timeout=30)


def postgres_binaries() -> Path:
    """Return the folder of `initdb` and `postgres`, the newest where there are several."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in BINARY_FOLDERS:
        found += sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError(
        "PostgreSQL is not installed. Debian: apt-get install postgresql; "
        "macOS: brew install postgresql@17; or set TEST_POSTGRES_URL."
    )


def _version(folder: Path) -> int:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return int(digits or 0)


def _account() -> str | None:
    """PostgreSQL refuses to run as root: name the account to run it as, if we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _quickest_folder() -> Path:
    """Return a file system in memory where there is room: a copy takes 25 ms there, on disk ten times that."""
    try:
        has_room = shutil.disk_usage(MEMORY).free > ROOM_BYTES and os.access(MEMORY, os.W_OK)
    except OSError:
        has_room = False  # macOS has none; containers often a small one
    return MEMORY if has_room else Path(tempfile.gettempdir())


def _run_as(account: str | None, command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, user=account, cwd="/", capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode(errors='replace')}")


def _when_ready(url: URL, *, log: Path) -> URL:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url.render_as_string(hide_password=False)).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return url


def _sweep_leftovers() -> None:
    """Remove clusters of ours whose server is gone (the machine went down during a run)."""
    places = {MEMORY, Path(tempfile.gettempdir())}
    for folder in (found for place in places for found in place.glob(f"{PREFIX}*")):
        try:
            process = int((folder / "data/postmaster.pid").read_text().split()[0])
            os.kill(process, 0)
        except (FileNotFoundError, ProcessLookupError):
            if time.time() - folder.stat().st_mtime > 60:  # younger ones may be starting
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError):
            continue  # somebody else's


if __name__ == "__main__":
    print(postgres_binaries())
