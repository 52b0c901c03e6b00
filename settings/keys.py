"""The keys that seal values in the database: how DATA_KEYS writes them, and what the demo keeps for itself."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
"""AES-256."""
_ENTRY = re.compile(r"([a-z0-9-]{1,20}):([A-Za-z0-9+/_-]{43}=?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class DataKey:
    """`name` stands in front of everything that was sealed with the key, to find it again."""

    name: str
    key: bytes = field(repr=False)


def read_data_keys(text: str) -> tuple[tuple[DataKey, ...], list[str]]:
    """The keys of DATA_KEYS, the sealing one first, and what is wrong with them: never the value itself."""
    keys: list[DataKey] = []
    problems: list[str] = []
    for number, entry in enumerate(filter(None, re.split(r"[\s,]+", text)), 1):
        found = _ENTRY.fullmatch(entry)
        key = _decoded(found[2]) if found else None
        if found is None or key is None:
            problems.append(
                f"DATA_KEYS: entry {number} is not a name, a colon and 32 random bytes in base64."
            )
        elif any(one.name == found[1] for one in keys):
            problems.append(f"DATA_KEYS: the name {found[1]} is there twice.")
        else:
            keys.append(DataKey(found[1], key))
    return tuple(keys), problems


def new_data_key(name: str) -> str:
    """A key as DATA_KEYS writes it."""
    return f"{name}:{base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def kept_secret(folder: Path, name: str, make: Callable[[], str]) -> str:
    """The demo's own secret: made at the first start, readable by its owner only.

    Of two processes that start at once, both go on with the secret of the first.
    """
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        with os.fdopen(
            os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(make())
        try:
            os.link(draft, path)  # whole, or not at all
        except FileExistsError:
            pass  # somebody was quicker
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")


def _decoded(text: str) -> bytes | None:
    """Both alphabets of base64 are taken, with or without the sign at the end; not what is far from random."""
    standard = text.replace("-", "+").replace("_", "/").rstrip("=") + "="
    try:
        key = base64.b64decode(standard, validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES and len(set(key)) >= KEY_BYTES // 4 else None
