"""Verdicts: met, missed, or nothing to judge."""

import pytest

from benchmarks.budgets import BUDGETS
from benchmarks.verdicts import TIMES, Budget

MOST = Budget("a page", 1.3, f" {TIMES} first", lambda run: run["pages"]["first"], "less of it")
LEAST = Budget(
    "a ZIP", 0.7, f" {TIMES} zipfile", lambda run: run["speed"], "more of it", at_least=True
)


@pytest.mark.parametrize(
    ("budget", "results", "mark"),
    [
        (MOST, {"pages": {"first": 1.3}}, "met"),
        (MOST, {"pages": {"first": 1.31}}, "**missed**"),
        (MOST, {"pages": {}}, "not measured"),
        (LEAST, {"speed": 0.7}, "met"),
        (LEAST, {"speed": 0.69}, "**missed**"),
        (LEAST, {}, "not measured"),
    ],
)
def test_a_budget_is_met_missed_or_not_measured(budget, results, mark):
    assert budget.of(results).mark == mark


def test_a_verdict_says_its_number_shortly():
    assert MOST.of({"pages": {"first": 2.0}}).text == f"2 {TIMES} first"
    assert LEAST.of({"speed": 0.0625}).text == f"0.062 {TIMES} zipfile"
    assert (MOST.limit_text, LEAST.limit_text) == (f"≤ 1.3 {TIMES} first", f"≥ 0.7 {TIMES} zipfile")


def test_every_budget_says_what_it_would_take_and_what_measures_it():
    assert len({one.name for one in BUDGETS}) == len(BUDGETS)
    for one in BUDGETS:
        assert one.remedy
        assert one.unmeasured
