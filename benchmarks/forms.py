"""The forms of a page as they would be sent: names and values, as a browser reads them."""

from html.parser import HTMLParser

_CHOSEN_BY_CHECK = {"checkbox", "radio"}


class Forms(HTMLParser):
    """`forms` holds the fields of each form of the page, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._select = ""
        self.feed(page)

    def having(self, name: str) -> dict[str, str]:
        """The first form with that field. Raises LookupError."""
        for form in self.forms:
            if name in form:
                return dict(form)
        raise LookupError(f"no form has {name}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append({})
        elif not self.forms:
            return
        elif tag == "input" and name:
            if given.get("type") not in _CHOSEN_BY_CHECK or "checked" in given:
                self.forms[-1][name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and self._is_chosen(given):
            self.forms[-1][self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _is_chosen(self, given: dict[str, str | None]) -> bool:
        """The option that is marked, else the first one."""
        return "selected" in given or self._select not in self.forms[-1]
