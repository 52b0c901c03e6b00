"""A bare application that streams a ZIP by Python's own zipfile: files are read, stored, sent."""

import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

LIST_VARIABLE = "BARE_ZIP_LISTS"
"""The folder where `<name>.json` lists the files of `/<name>.zip`, as [name in the archive, path]."""


class _Sink(io.RawIOBase):
    """A file that cannot seek; what was written is taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    name = environ["PATH_INFO"].strip("/").removesuffix(".zip")
    listed = Path(os.environ[LIST_VARIABLE]) / f"{name}.json"
    start_response("200 OK", [("Content-Type", "application/zip")])
    return _stream(json.loads(listed.read_text("utf-8")))


def _stream(files: list[tuple[str, str]]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, path in files:
            archive.writestr(name, Path(path).read_bytes())
            yield sink.taken()
    yield sink.taken()
