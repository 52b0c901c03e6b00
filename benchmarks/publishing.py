"""What each measurement apart from the pages ends with: print what was found, or keep it and write the page."""

import argparse

from benchmarks.findings import Finding
from benchmarks.keeping import keep_finding
from benchmarks.report import write_page


def command_line(name: str, about: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--dry`."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--dry", action="store_true", help="measure, but keep no results")
    return parser


def publish(finding: Finding, *, dry: bool) -> None:
    if dry:
        print(finding.text())
        return
    keep_finding(finding)
    print(f"{finding.text()}\nThe results are in {write_page()}")
