"""Work outside requests: what waits, runs, was done or given up; started again or cancelled by staff."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from flask import flash
from flask_appbuilder.actions import action
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.redirects import requested_next, see_other
from app.fab.widgets import Action, Record
from app.models import Job
from app.security.permissions import Screen
from app.services.jobs import CANCELLED, STARTED_AGAIN, cancel_job, start_job_again
from app.views.backoffice.company_screen import CompanyScreen
from app.views.backoffice.problems import problem_words
from app.views.record_names import name_in_words


class JobView(CompanyScreen):
    """Administrators see the work of the whole machine, account managers that of their companies, auditors read."""

    endpoint_name = "jobs"
    route_base = "/backoffice/jobs"
    datamodel = TenantInterface(Job)
    class_permission_name = Screen.JOBS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    method_permission_name: ClassVar[dict[str, str]] = {"start_again": "act", "cancel": "act"}
    section = "jobs"
    list_title = _("Jobs")
    show_title = _("Job")
    list_columns: ClassVar[list[str]] = [
        "created_at",
        "task",
        "state",
        "company",
        "run_at",
        "attempts",
        "last_error",
    ]
    show_columns: ClassVar[list[str]] = [
        *list_columns,
        "started_at",
        "finished_at",
        "worker",
        "key",
        "public_id",
    ]
    search_columns = ("state", "task", "created_at")
    order_columns = ("created_at",)
    base_order = ("created_at", "desc")
    label_columns: ClassVar[dict[str, Any]] = {
        "created_at": _("Asked for"),
        "task": _("Task"),
        "state": _("State"),
        "company": _("Company"),
        "run_at": _("Not before"),
        "attempts": _("Attempts"),
        "last_error": _("Last problem"),
        "started_at": _("Started"),
        "finished_at": _("Finished"),
        "worker": _("Worker"),
        "key": _("Done once under this name"),
        "public_id": _("Reference"),
    }
    formatters_columns: ClassVar[dict[str, Any]] = {"last_error": problem_words}

    @action(
        "start_again",
        _("Start again"),
        _("The work is done anew, from its beginning. What it did already is not done twice."),
    )
    def start_again(self, items: Any) -> Response:
        return self._act_on(items, start_job_again, _started_again)

    @action("cancel", _("Cancel"), _("The work will not be done. It can be started again later."))
    def cancel(self, items: Any) -> Response:
        return self._act_on(items, cancel_job, _cancelled)

    def offered(self, item: Job, actions: list[Action]) -> list[Action]:
        fitting = {"start_again": STARTED_AGAIN, "cancel": CANCELLED}
        return [one for one in actions if item.state in fitting[one.name]]

    def _record(self, item: Job) -> Record:
        return replace(super()._record(item), name=name_in_words(item.__tablename__, str(item)))

    def _act_on(self, items: Any, act: Callable[..., None], done: Callable[[int], str]) -> Response:
        """Each of them or none: a refusal undoes what was begun."""
        session, jobs = db.session(), items if isinstance(items, list) else [items]
        back = requested_next() or self.url("list")
        try:
            for job in jobs:
                act(session, job)
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
        else:
            session.commit()
            flash(done(len(jobs)), "ok")
        return see_other(back)


def _started_again(count: int) -> str:
    return ngettext("%(num)s job will be done again.", "%(num)s jobs will be done again.", count)


def _cancelled(count: int) -> str:
    return gettext("Cancelled.") if count == 1 else gettext("All of them are cancelled.")
