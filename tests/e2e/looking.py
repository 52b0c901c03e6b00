"""What is wrong with a page as it stands in the window: barriers, sideways scrolling, its language."""

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.browsing import HEIGHTS

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (one) => one && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const isWide = (one) => one.getBoundingClientRect().right > width + 1;
  const controls = [...document.querySelectorAll("input, select, textarea, button, a")]
    .filter((one) => isWide(one) && !scrolls(one.parentElement));  // cut off by what holds them
  const page = document.documentElement.scrollWidth > width;
  const found = page ? [...document.querySelectorAll("body *")].filter(isWide) : controls;
  return found.slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
}"""


def barriers(page: Page) -> list[str]:
    """The violations that axe finds, with the first elements of each."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [
        f"{one['id']}: {one['help']}: "
        + "; ".join(
            f"{node['html'][:160]} {node['failureSummary'][:200]}" for node in one["nodes"][:3]
        )
        for one in found["violations"]
    ]


def sideways(page: Page, width: int) -> list[str]:
    """The elements that make the page scroll sideways at a width."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    return [f"too wide at {width}: {element}" for element in page.evaluate(OVERFLOW)]


def wrong_language(page: Page, language: str) -> list[str]:
    found = page.locator("html").get_attribute("lang")
    return [] if found == language else [f"html lang is {found}, not {language}"]


def wear(page: Page, theme: Literal["light", "dark"]) -> None:
    """Change the theme, and wait until colours have."""
    page.emulate_media(color_scheme=theme)
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
