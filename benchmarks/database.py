"""The databases that are measured: our own PostgreSQL server, a SQLite file beside it, both filled."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from app import create_app
from benchmarks.copying import into_postgresql, into_sqlite
from benchmarks.fill import pour, prepare
from benchmarks.rows import BIG_SHARE
from config import Settings
from tests.databases import TUNING, Addresses, PostgresServer, SqliteDatabase, throw_away_cluster

SERVER_OPTIONS = TUNING | {
    "shared_buffers": "1GB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "shared_preload_libraries": "pg_stat_statements",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with invoices in it, and the folder of their documents; `superuser` is "" on SQLite."""

    addresses: Addresses
    superuser: str
    folder: Path
    invoices: int

    @property
    def reading_url(self) -> str:
        """For SQLAlchemy, as a role that sees all rows."""
        if not self.superuser:
            return self.addresses.runtime
        return self.superuser.replace("postgresql:", "postgresql+psycopg:", 1)

    @property
    def settings(self) -> Settings:
        """What the product is given where it works in this process; servers get theirs from the environment."""
        return Settings(
            data_dir=self.folder,
            database_url=self.addresses.runtime,
            database_owner_url=self.addresses.owner,
            database_system_url=self.addresses.system,
            database_audit_url=self.addresses.audit,
            jobs_engine="embedded",
        )


@contextmanager
def scratch_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="clientele-bench-") as name:
        yield Path(name)


@contextmanager
def server(*, autovacuum: bool = False) -> Iterator[URL]:
    """A PostgreSQL of our own, on the disk: a million invoices do not belong into memory.

    What only reads is measured without `autovacuum`, which would come in between.
    """
    options = SERVER_OPTIONS | {"autovacuum": "on" if autovacuum else "off"}
    with throw_away_cluster(options, below=Path(tempfile.gettempdir())) as superuser:
        yield superuser


@contextmanager
def filled_postgresql(
    cluster: URL, count: int, *, big_share: float = BIG_SHARE
) -> Iterator[Filled]:
    """A new database on the server with `count` invoices and the demo's cast."""
    with scratch_folder() as folder, PostgresServer(cluster).new_database() as database:
        name = make_url(database.addresses.owner).database
        superuser = cluster.set(drivername="postgresql", database=name)
        url = superuser.render_as_string(hide_password=False)
        filled = Filled(database.addresses, url, folder, count)
        print(f"Filling a PostgreSQL with {count:,} invoices")
        prepared = prepare(create_app(filled.settings), count, big_share=big_share)
        with into_postgresql(url) as target:
            pour(prepared, target, count)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            connection.execute("CHECKPOINT")
        yield filled


@contextmanager
def filled_sqlite(count: int) -> Iterator[Filled]:
    """A SQLite file with the same invoices."""
    with scratch_folder() as folder:
        filled = Filled(SqliteDatabase(folder).addresses, "", folder, count)
        print(f"Filling a SQLite file with {count:,} invoices")
        prepared = prepare(create_app(filled.settings), count)
        with into_sqlite(filled.addresses.owner) as target:
            pour(prepared, target, count)
        yield filled


@contextmanager
def filled(count: int) -> Iterator[Filled]:
    """A PostgreSQL server with one database of `count` invoices, for measurements that need no more."""
    with server() as cluster, filled_postgresql(cluster, count) as database:
        yield database
