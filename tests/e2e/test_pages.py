"""Every page, for everybody, at the width of a desk and of a phone: nothing in anybody's way."""

from itertools import cycle, product

import pytest

from tests.e2e.browsing import NARROWEST, PHONE, WIDE
from tests.e2e.labels import LANGUAGES
from tests.e2e.looking import barriers, sideways, wear, wrong_language
from tests.e2e.pages import NO_PAGE_ENDINGS, NO_PAGES, VISITS

pytestmark = pytest.mark.browser

SAMPLES = [
    pytest.param(visit, language, width, id=f"{visit}-{language}-{width}")
    for visit, (language, width) in zip(
        VISITS, cycle(product(("nl", "de", "en"), (PHONE, WIDE))), strict=False
    )
]


def test_every_page_is_looked_at(built_app):
    pages = {rule.endpoint for rule in built_app.url_map.iter_rules() if "GET" in rule.methods}
    looked_at = NO_PAGES | {visit.endpoint for visit in VISITS}

    missing = {page for page in pages - looked_at if not page.endswith(NO_PAGE_ENDINGS)}

    assert not missing, "say in tests/e2e/pages.py who looks at it"


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_a_page_is_open_to_everybody(visit, app, browse, complaints):
    """In French, at three widths."""
    page = browse(visit.who)
    problems = visit.open(page, app, complaints)

    problems += wrong_language(page, "fr") + sideways(page, WIDE) + barriers(page)
    problems += sideways(page, NARROWEST) + sideways(page, PHONE) + barriers(page)

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("visit", "language", "width"), SAMPLES)
def test_a_page_is_open_in_the_dark_and_in_another_language(
    visit, language, width, app, browse, complaints
):
    page = browse(visit.who, language=language, width=width, theme="dark")
    problems = visit.open(page, app, complaints)

    problems += wrong_language(page, language) + sideways(page, width) + barriers(page)

    assert not problems, "\n".join(problems)


@pytest.mark.matrix
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_a_page_is_open_in_every_language_width_and_theme(visit, language, app, browse, complaints):
    page = browse(visit.who, language=language)
    problems = visit.open(page, app, complaints)
    problems += wrong_language(page, language) + sideways(page, NARROWEST)

    for theme, width in product(("light", "dark"), (WIDE, PHONE)):
        wear(page, theme)
        found = sideways(page, width) + barriers(page)
        problems += [f"{theme}, {width}: {problem}" for problem in found]

    assert not problems, "\n".join(problems)
