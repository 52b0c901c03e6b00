"""The results as files: one for each size that was run, one for each measurement apart from the pages."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.findings import Finding
from benchmarks.run import Run

RESULTS = Path(__file__).resolve().parent / "results"
_RUNS = "[0-9]*.json"


def keep_run(run: Run, folder: Path = RESULTS) -> None:
    _write(folder / f"{run.invoices}.json", asdict(run))


def keep_finding(finding: Finding, folder: Path = RESULTS) -> None:
    _write(folder / f"{finding.name}.json", asdict(finding))


def kept_runs(folder: Path = RESULTS) -> list[Run]:
    """The largest first."""
    runs = [Run(**json.loads(path.read_text("utf-8"))) for path in folder.glob(_RUNS)]
    return sorted(runs, key=lambda run: run.invoices, reverse=True)


def kept_findings(folder: Path = RESULTS) -> list[Finding]:
    names = set(folder.glob("*.json")) - set(folder.glob(_RUNS))
    return [Finding(**json.loads(path.read_text("utf-8"))) for path in sorted(names)]


def _write(path: Path, numbers: dict[str, object]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(numbers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
