"""The work list of the back-office: one line for each kind of thing that waits for somebody."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.security.permissions import Screen
from app.security.principal import Principal
from app.services.attention import Attention


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What waits, how much of it, and the list that shows it."""

    title: str
    count: int
    text: str
    icon: str
    label: str
    url: str


def work_items(found: Attention, principal: Principal) -> list[WorkItem]:
    """What there is none of is left out."""
    items = (
        _changes(found.open_changes),
        _unallocated(found.unallocated),
        _refused(found.refused_documents),
        _mails(found.lost_mails),
        _jobs(found.dead_jobs),
        _unserved(found.unserved, principal),
    )
    return [item for item in items if item.count]


def _changes(count: int) -> WorkItem:
    return WorkItem(
        _("Change requests"),
        count,
        ngettext(
            "%(num)s change that an employer asks for waits for a decision.",
            "%(num)s changes that employers ask for wait for a decision.",
            count,
        ),
        "edit",
        _("View"),
        url_for("change_requests.list", _flt_0_state="OPEN"),
    )


def _unallocated(count: int) -> WorkItem:
    return WorkItem(
        _("Unallocated payments"),
        count,
        ngettext(
            "%(num)s payment has something left.", "%(num)s payments have something left.", count
        ),
        "bank",
        _("View"),
        url_for("payments.list", _flt_0_left_cents="LEFT"),
    )


def _refused(count: int) -> WorkItem:
    return WorkItem(
        _("Refused documents"),
        count,
        ngettext(
            "%(num)s document was refused by imports of the last 30 days.",
            "%(num)s documents were refused by imports of the last 30 days.",
            count,
        ),
        "upload",
        _("View"),
        url_for("imports.list", _flt_0_refused_count="1"),
    )


def _mails(count: int) -> WorkItem:
    return WorkItem(
        _("Mails that did not arrive"),
        count,
        ngettext("%(num)s mail of the last 30 days.", "%(num)s mails of the last 30 days.", count),
        "mail",
        _("View"),
        url_for("mails.list", _flt_0_state="FAILED"),
    )


def _jobs(count: int) -> WorkItem:
    return WorkItem(
        _("Jobs given up"),
        count,
        ngettext(
            "%(num)s job waits for somebody to start it again or to cancel it.",
            "%(num)s jobs wait for somebody to start them again or to cancel them.",
            count,
        ),
        "warn",
        _("View"),
        url_for("jobs.list", _flt_0_state="DEAD"),
    )


def _unserved(count: int, principal: Principal) -> WorkItem:
    may_assign = principal.may_use_screen(Screen.PORTFOLIOS, "can_add")
    return WorkItem(
        _("Companies without account manager"),
        count,
        ngettext("Nobody serves %(num)s company.", "Nobody serves %(num)s companies.", count),
        "users",
        _("Assign") if may_assign else _("View"),
        url_for("portfolios.add") if may_assign else "#unassigned",
    )
