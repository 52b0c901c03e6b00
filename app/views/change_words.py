"""Values that somebody asks to have changed, as people read them in the portal and in the back-office."""

from app.domain.change_requests import ChangeField, ChangeState
from app.models import ChangeRequest
from app.views.formats import enterprise_number, vat_number

PILLS = {
    ChangeState.OPEN: "warn",
    ChangeState.ACCEPTED: "ok",
    ChangeState.REFUSED: "bad",
    ChangeState.WITHDRAWN: "",
}


def value_words(field: ChangeField, value: str | None) -> str:
    """A number as it is written; "—" for none."""
    if not value:
        return "—"
    if field is ChangeField.ENTERPRISE_NUMBER:
        return enterprise_number(value)
    return vat_number(value) if field is ChangeField.VAT_NUMBER else value


def old_words(request: ChangeRequest) -> str:
    """What stood there when it was asked for."""
    return value_words(request.field, request.old_value)


def new_words(request: ChangeRequest) -> str:
    """What is to stand there."""
    return value_words(request.field, request.new_value)
