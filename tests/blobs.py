"""The folder of documents, put back to what it held before a test."""

import shutil
from pathlib import Path


class BlobFolder:
    """Keeps a copy of a folder, and repairs what a test added, changed or removed."""

    def __init__(self, live: Path) -> None:
        live.mkdir(parents=True, exist_ok=True)
        self._live = live
        self._kept = live.with_name(f"{live.name}-kept")
        shutil.copytree(live, self._kept)
        self._state = _state_of(live)

    def restore(self) -> None:
        found = _state_of(self._live)
        for path in found.keys() - self._state.keys():
            (self._live / path).unlink()
        for path, state in self._state.items():
            if found.get(path) != state:
                (self._live / path).parent.mkdir(parents=True, exist_ok=True)
                (self._live / path).unlink(missing_ok=True)  # blobs may be read-only
                shutil.copy2(self._kept / path, self._live / path)


def _state_of(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return size and time of change of each file, by which a damaged one is known."""
    return {
        path.relative_to(folder): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }
