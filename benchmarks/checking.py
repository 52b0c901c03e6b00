"""Whether an answer is the page that was to be timed."""

from benchmarks.client import Answer, UnexpectedAnswer
from benchmarks.contestants import FLOOR, Contestant
from benchmarks.pages import Page


def checked(contestant: Contestant, page: Page, answer: Answer) -> Answer:
    """Raises UnexpectedAnswer: the status, or what is on the page, is not what it was to be."""
    path = page.paths[contestant.kind]
    check_status(path, answer)
    if not answer.body.startswith(page.begins):
        raise UnexpectedAnswer(f"{path}: not the file")
    if not (contestant.name == FLOOR and page.key == "manager"):
        check_order(path, answer.text, _expected(contestant, page))
    return answer


def check_status(path: str, answer: Answer) -> None:
    """Raises UnexpectedAnswer."""
    if answer.status != 200:
        raise UnexpectedAnswer(f"{path}: {answer.status}")


def check_order(path: str, text: str, expected: list[str]) -> None:
    """Raises UnexpectedAnswer unless all of them are there, one after the other."""
    at = 0
    for one in expected:
        at = text.find(one, at)
        if at < 0:
            raise UnexpectedAnswer(f"{path}: {one} is missing, or not in its place")
        at += len(one)


def _expected(contestant: Contestant, page: Page) -> list[str]:
    """Documents by number; by day where those of one day may stand in any order."""
    if contestant.breaks_ties:
        return list(page.numbers)
    return [day.isoformat() for day in page.days]
