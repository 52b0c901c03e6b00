"""The two pages of the provider and their style; nothing in them runs."""

from collections.abc import Iterable, Mapping
from html import escape

from simulators.openid.people import Person

STYLE = """
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1c2430; background: #eef1f6; }
.mark { margin: 0; padding: 10px 16px; background: #5b2a86; color: #fff; text-align: center; font-weight: 600; }
main { max-width: 32rem; margin: 40px auto; padding: 0 16px; }
.card { padding: 24px; background: #fff; border: 1px solid #c9d1dd; border-radius: 14px; }
h1 { margin: 0 0 4px; font-size: 1.5rem; }
p { margin: 0 0 16px; color: #46505f; }
button { display: block; width: 100%; margin: 0 0 10px; padding: 12px 16px; font: inherit; text-align: start;
  color: inherit; background: #f7f5fb; border: 1px solid #8a7aa3; border-radius: 10px; cursor: pointer; }
button:hover { background: #efe9f7; }
button:focus-visible { outline: 3px solid #5b2a86; outline-offset: 2px; }
button b, button span { display: block; overflow-wrap: anywhere; }
button span { font-size: 0.875rem; color: #46505f; }
.back { margin-top: 16px; background: none; border-color: transparent; text-align: center; text-decoration: underline; }
"""


def choice_page(*, name: str, hidden: Mapping[str, str], people: Iterable[Person]) -> str:
    """Who do you want to be? One button for each, and one to go back."""
    fields = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
        for key, value in hidden.items()
    )
    buttons = "".join(_button(person) for person in people)
    return _page(
        name,
        f"<h1>Sign in with {escape(name)}</h1>"
        "<p>Choose who to be. A real provider would ask for a proof here.</p>"
        f'<form method="post" action="/authorize">{fields}{buttons}'
        '<button class="back" name="person" value="">Cancel and go back</button></form>',
    )


def error_page(*, name: str, reason: str) -> str:
    """What is wrong with a request that cannot be sent back."""
    return _page(name, f"<h1>This request is not right</h1><p>{escape(reason)}</p>")


def _button(person: Person) -> str:
    return (
        f'<button name="person" value="{escape(person.subject)}"><b>{escape(person.name)}</b>'
        f"<span>{escape(person.email or 'no e-mail address')}</span>"
        f"<span>{escape(person.about)}</span></button>"
    )


def _page(name: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(name)} (simulator)</title><link rel="stylesheet" href="/style.css"></head><body>'
        f'<header class="mark">Simulator: {escape(name)} is made up and runs on this computer only</header>'
        f'<main><div class="card">{body}</div></main></body></html>'
    )
