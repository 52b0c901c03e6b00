"""A query plan as text that two runs write alike: without what jitters and what is drawn by lot."""

import re

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_BUFFERS = re.compile(r"^(\s*)Buffers: (.*)$")
_SHARED = re.compile(r"shared ((?:(?:hit|read|dirtied|written)=\d+ ?)+)")
_PAGES = re.compile(r"(?:hit|read)=(\d+)")
_JITTERS = (
    re.compile(r"\s+Memory: \d+kB"),
    re.compile(r"\s+Disk: \d+kB"),
)
_LINES_THAT_JITTER = ("Workers Launched", "Planning", "Execution", "Worker ", "I/O Timings", "JIT")


def stable_postgresql(lines: list[str]) -> str:
    """The answer of EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF).

    Pages that were in memory and pages that were read are one number: which is which is luck.
    """
    kept: list[str] = []
    for line in lines:
        if line.strip().startswith("Planning:"):
            break  # and its buffers
        if not line.strip().startswith(_LINES_THAT_JITTER):
            kept.append(_without_jitter(_with_pages(line)))
    return "\n".join(kept) + "\n"


def stable_sqlite(rows: list[tuple[int, int, str]]) -> str:
    """The answer of EXPLAIN QUERY PLAN, (id, parent, detail), as an indented tree."""
    depth: dict[int, int] = {0: -1}
    lines = []
    for node, parent, detail in rows:
        depth[node] = depth.get(parent, -1) + 1
        lines.append("  " * depth[node] + _without_jitter(detail))
    return "\n".join(lines) + "\n"


def _with_pages(line: str) -> str:
    buffers = _BUFFERS.match(line)
    if buffers is None:
        return line
    shared = _SHARED.search(buffers[2])
    pages = sum(int(one) for one in _PAGES.findall(shared[1])) if shared else 0
    return f"{buffers[1]}Pages: {pages}"


def _without_jitter(line: str) -> str:
    for pattern in _JITTERS:
        line = pattern.sub("", line)
    return _DAY.sub("<day>", _UUID.sub("<uuid>", line))
