"""The machine that measured: its class, never its name."""

import os
import platform
from pathlib import Path

from tests.databases import postgres_binaries


def machine() -> str:
    system = platform.system()
    release = Path("/etc/os-release")
    if release.exists():
        known = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
        name, version = (known.get(key, "").strip('"') for key in ("NAME", "VERSION_ID"))
        system = f"{name.removesuffix(' GNU/Linux')} {version}"
    python = ".".join(platform.python_version_tuple()[:2])
    folder = postgres_binaries().parent.name.removeprefix("postgresql@")
    postgres = f"PostgreSQL {folder}" if folder.isdigit() else "PostgreSQL"
    return f"{os.cpu_count()} cores, {system}, Python {python}, {postgres}"
