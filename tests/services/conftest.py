"""The company that most services are tried on."""

from typing import TYPE_CHECKING

import pytest

from tests import cast

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Company


@pytest.fixture
def martin(session: "Session") -> "Company":
    """Boulangerie Martin, in a session of its own people."""
    from app.security import scope
    from app.security.tenancy import open_scope

    company = cast.company(session, cast.MARTIN)
    open_scope(session, scope.of_company(company.id))
    return company
