"""Size and names of files and functions, and what no tracked file may say."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, Source, sources, tracked_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
NAMED_AFTER_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}
# Written apart, so that this file does not say them itself.
MACHINE_PATH = re.compile(
    r"(?:^|[^A-Za-z0-9_.])/(?:wo" + r"rk|fa" + r"rm|ho" + r"me|Us" + r"ers)/[a-z]"
)
REGISTRY = re.compile(
    r"(?i)(?:extra-)?index-" + r"url\s*=|^--(?:extra-)?index-" + r"url|registry\s*=\s*[\"']?http"
)
UNDONE = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b|raise NotImplemented" + r"Error")
BINARY = {".png", ".ico", ".woff2", ".ttf", ".pdf", ".jpg", ".zip"}


def too_long(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{source.path} has {lines} lines"
    for function in source.functions():
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        if size > LONGEST_FUNCTION:
            yield f"{source.path}:{function.lineno} {function.name} has {size} lines"


def named_after_nothing(path: Path) -> bool:
    return bool(NAMED_AFTER_NOTHING & {*path.parts, path.stem})


def undocumented(source: Source) -> bool:
    first = source.text.lstrip()[:3]
    return bool(source.text.strip()) and first not in {'"""', "'''"}


def left_undone(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if UNDONE.search(line):
            yield f"{source.path}:{number} {line.strip()}"


def says_where_it_was_made(line: str) -> bool:
    return bool(MACHINE_PATH.search(line) or REGISTRY.search(line))


def test_files_and_functions_stay_short():
    product = sources("app", "simulators", "benchmarks")
    product += [
        Source(path.name, path.read_text(encoding="utf-8")) for path in ROOT.glob("config*.py")
    ]

    assert [finding for source in product for finding in too_long(source)] == []


def test_no_file_or_folder_is_named_after_nothing():
    names = [path.relative_to(ROOT) for path in tracked_files()]

    assert [str(name) for name in names if named_after_nothing(name)] == []


def test_each_module_says_what_it_holds():
    modules = sources("app", "simulators", "benchmarks", "tests")

    assert [source.path for source in modules if undocumented(source)] == []


def test_nothing_is_left_undone():
    product = sources("app", "simulators", "benchmarks", "migrations")

    assert [finding for source in product for finding in left_undone(source)] == []


@pytest.mark.skipif(shutil.which("git") is None, reason="a release archive has no git history")
def test_no_tracked_file_says_where_it_was_made():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_files()
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if says_where_it_was_made(line)
    ]

    assert found == []


def test_a_breach_of_each_rule_is_noticed():
    long_function = "def f():\n" + "    pass\n" * LONGEST_FUNCTION

    assert list(too_long(Source("a.py", "x = 1\n" * (LONGEST_FILE + 1))))
    assert list(too_long(Source("a.py", long_function)))
    assert named_after_nothing(Path("app/services/utils.py"))
    assert named_after_nothing(Path("app/common/money.py"))
    assert undocumented(Source("a.py", "x = 1\n"))
    assert list(left_undone(Source("a.py", "x = 1  # TO" + "DO: later")))
    assert says_where_it_was_made("cd /wo" + "rk/main")
    assert says_where_it_was_made("index-" + "url = https://example.test/simple")
    assert not says_where_it_was_made("https://example.test/network/a")
