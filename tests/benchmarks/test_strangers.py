"""The race test notices what it looks for: a foreign document, filter or message, and one that came twice."""

from benchmarks.forms import Forms
from benchmarks.strangers import Watch

PAGE = (
    '<form method="post"><input name="csrf_token" value="t"></form>'
    '{messages}<h1>Factures</h1><form><input name="q" value="{typed}">'
    '<select name="tab"><option value="">Toutes</option><option value="paid" selected>Payées</option></select>'
    '<input type="checkbox" name="pick" value="1"></form><a>{number}</a>'
)


def page(*, number: str = "B2024-0000001", typed: str = "", message: str = "") -> str:
    messages = f'<div class="flashes"><div class="note"><p>{message}</p></div></div>'
    return PAGE.format(number=number, typed=typed, messages=messages if message else "")


def watch() -> Watch:
    return Watch(1, {"B2024-0000001"})


def test_a_page_of_ones_own_is_nobody_elses():
    own = watch()
    own.look(page(typed="B2024", message=own.mark(0)), filter_name="q", filter_text="B2024")
    own.expect(1)

    assert (own.rows, own.filters, own.messages, own.looked_at) == (0, 0, 0, 1)


def test_what_is_somebody_elses_is_counted():
    own = watch()
    own.look(page(number="F-2024-0007"))
    own.look(page(typed="B2023"), filter_name="q", filter_text="B2024")
    own.look(page(message=Watch(2, set()).mark(0)))

    assert (own.rows, own.filters, own.messages) == (1, 1, 1)


def test_a_message_that_is_lost_or_comes_twice_is_counted():
    own = watch()
    own.look(page(message=own.mark(0)))
    own.look(page(message=own.mark(0)))
    own.expect(2)

    assert own.messages == 2


def test_a_form_is_read_as_a_browser_would_send_it():
    forms = Forms(page(typed="B2024"))

    assert forms.having("q") == {"q": "B2024", "tab": "paid"}
    assert forms.having("csrf_token") == {"csrf_token": "t"}
