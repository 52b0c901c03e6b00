"""A worker process that imports in small chunks, to be killed. Told: the addresses of the database and a folder."""

import sys
from datetime import timedelta
from pathlib import Path

from app import create_app
from app.jobs import import_chunks
from app.jobs.worker import Worker
from config import Settings

LEASE = timedelta(seconds=2)
"""Short, for what is killed waits for it."""


def main(addresses, data_dir):
    runtime, system, audit = addresses.split()
    import_chunks.CHUNK_DOCUMENTS = 5
    app = create_app(
        Settings(
            data_dir=Path(data_dir),
            secret_key="a-key-that-only-tests-know-0123456789",
            database_url=runtime,
            database_system_url=system,
            database_audit_url=audit,
        )
    )
    worker = Worker(app, threads=1, lease=LEASE)
    worker.start()
    print("ready", flush=True)
    worker.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
