"""The page of results: every budget stands on it, whatever has been run."""

import argparse

import pytest

from benchmarks.budgets import BUDGETS
from benchmarks.contestants import BASE, DJANGO, FAB, FLOOR, PRODUCT, SQLITE
from benchmarks.findings import Finding
from benchmarks.keeping import keep_finding, keep_run, kept_findings, kept_runs
from benchmarks.measure import Measured
from benchmarks.pages import BACKOFFICE_LISTS, PORTAL_LISTS, Page
from benchmarks.report import write_report
from benchmarks.run import Run
from benchmarks.timing import Timing
from benchmarks.verdicts import TIMES

PACE = {FLOOR: 1.0, PRODUCT: 2.0, FAB: 40.0, DJANGO: 25.0, SQLITE: 2.0, BASE: 1.9}


def timed(pace: float) -> Timing:
    return Timing([[pace / 1000, pace / 1000], [pace / 500, pace / 500]])


@pytest.fixture
def run() -> Run:
    measured = [
        Measured(
            Page(key, f"page {key}", "", {}),
            timings={name: timed(pace) for name, pace in PACE.items()},
            kilobytes=dict.fromkeys(PACE, 10.0),
            statements={PRODUCT: 4, BASE: 4},
            commands=2,
        )
        for key in (*PORTAL_LISTS, *BACKOFFICE_LISTS)
    ]
    asked = argparse.Namespace(invoices=20_000, rounds=2, burst=2)
    return Run.of(measured, dict.fromkeys(PACE, 100.0), asked)


def finding(name: str, **numbers: float) -> Finding:
    return Finding(name, "A title", "what was done.", numbers, ("a", "b"), [["1", "2"]])


def test_a_page_without_results_names_every_budget():
    page = write_report([], [])

    assert all(f"| {one.name} |" in page for one in BUDGETS)
    assert page.count("not measured") >= len(BUDGETS)


def test_a_run_is_judged_against_floor_peers_and_itself(run):
    page = write_report([run], [finding("skew", big_to_small=1.1)])

    assert f"| portal list, first page | ≤ 2 {TIMES} floor | 2 {TIMES} floor | met |" in page
    assert (
        f"| portal list against Django admin | ≤ 0.1 {TIMES} Django | 0.08 {TIMES} Django | met |"
        in page
    )
    assert (
        f"| growth from 10,000 invoices, portal lists | ≤ 1.25 {TIMES} | 1.05 {TIMES} | met |"
        in page
    )
    assert f"| ≤ 1.3 {TIMES} | 1.1 {TIMES} | met |" in page
    assert "## A title" in page
    assert "`python -m benchmarks.skew`" in page


def test_what_is_missed_says_what_it_would_take(run):
    page = write_report([run], [finding("threads", foreign=1.0)])

    missed = next(one for one in BUDGETS if "foreign rows" in one.name)
    assert f"- {missed.name}: {missed.remedy}" in page


def test_results_are_kept_and_read_back(run, tmp_path):
    found = finding("skew", big_to_small=1.1)

    keep_run(run, tmp_path)
    keep_finding(found, tmp_path)

    assert kept_runs(tmp_path) == [run]
    assert [one.text() for one in kept_findings(tmp_path)] == [found.text()]
    assert write_report(kept_runs(tmp_path), kept_findings(tmp_path)) == write_report(
        [run], [found]
    )


def test_a_ratio_is_the_median_of_what_each_round_says():
    slow, quick = Timing([[2.0], [9.0], [4.0]]), Timing([[1.0], [3.0], [2.0]])

    assert slow.times(quick) == 2.0
