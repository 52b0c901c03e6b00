"""Eight threads on one screen: nobody sees what somebody else searched for."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

THREADS = 8
PAGES = 25


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns far more often than they do by themselves, so that races happen."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def test_threads_share_no_filter(toy, hasty_threads):
    def foreign_pages(number: int) -> int:
        client, own = toy.client, f"A{number:05}"
        others = {f'value="A{other:05}"' for other in range(THREADS) if other != number}
        wrong = 0
        for _ in range(PAGES):
            page = client.get(f"/billview/list/?_flt_0_number={own}").get_data(as_text=True)
            one_row = page.count('class="key"') == 1 and f">{own}</a>" in page
            wrong += not one_row or any(other in page for other in others)
        return wrong

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(foreign_pages, range(THREADS))) == 0
