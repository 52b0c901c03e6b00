"""Plans of two runs are the same text: what jitters is not in it."""

from benchmarks.plan_text import stable_postgresql, stable_sqlite

FIRST = """\
Limit (actual rows=26 loops=1)
  Buffers: shared hit=30 read=6
  ->  Gather (actual rows=26 loops=1)
        Workers Planned: 2
        Workers Launched: 1
        ->  Sort (actual rows=26 loops=1)
              Sort Method: top-N heapsort  Memory: 29kB
              Filter: (issued_on < '2026-11-22'::date)
              Buffers: shared hit=36, temp read=4 written=4
Planning:
  Buffers: shared hit=12
"""
SECOND = FIRST.replace("hit=30 read=6", "hit=36").replace("29kB", "31kB").replace("11-22", "12-01")


def test_two_runs_write_one_text():
    plan = stable_postgresql(FIRST.splitlines())

    assert plan == stable_postgresql(SECOND.splitlines())
    assert "  Pages: 36\n" in plan
    assert "Memory" not in plan
    assert "Launched" not in plan
    assert "Planning:" not in plan
    assert "'<day>'::date" in plan


def test_keys_that_are_drawn_by_lot_are_left_out():
    line = "Index Cond: (public_id = '7b4e0a52-6d0f-4b1e-9c1b-0a6f2f1d9e11'::uuid)"

    assert stable_postgresql([line]) == "Index Cond: (public_id = '<uuid>'::uuid)\n"


def test_a_plan_of_sqlite_is_a_tree():
    rows = [
        (2, 0, "SEARCH invoice USING INDEX ix_invoice_company_issued (company_id=?)"),
        (5, 0, "LIST SUBQUERY 1"),
        (8, 5, "SCAN invoice_search VIRTUAL TABLE INDEX 0:M0"),
    ]

    assert stable_sqlite(rows) == (
        "SEARCH invoice USING INDEX ix_invoice_company_issued (company_id=?)\n"
        "LIST SUBQUERY 1\n"
        "  SCAN invoice_search VIRTUAL TABLE INDEX 0:M0\n"
    )
