"""Base of hand-written pages: render, refuse with the reason, confirm what was saved."""

from http import HTTPStatus
from typing import Any, ClassVar

from flask import Response, flash, make_response, render_template
from flask_appbuilder.baseviews import BaseView, expose
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.fab.builder import current_builder
from app.fab.messages import add_to_form, message_for
from app.fab.redirects import requested_next, see_other

__all__ = ["PortalView", "expose"]


class PortalView(BaseView):
    """A page that somebody designed, as opposed to a generated one.

    Subclasses set `route_base`, and `endpoint_name` when links should not use the class name.
    A page with a form sets `form_template` and gives the rest of what that template needs
    from `form_context`, so that a refused form is drawn exactly like a fresh one.
    Each exposed method carries `requires(...)` of `app.security`.
    """

    endpoint_name: ClassVar[str | None] = None
    form_template: ClassVar[str] = ""
    template_folder = None
    base_permissions: ClassVar[list[str]] = []

    def create_blueprint(
        self,
        appbuilder: Any,
        endpoint: str | None = None,
        static_folder: str | None = None,
    ) -> Any:
        return super().create_blueprint(appbuilder, endpoint or self.endpoint_name, static_folder)

    def render(self, template: str, **context: object) -> str:
        return render_template(template, **context)

    def form_context(self) -> dict[str, object]:
        """What `form_template` needs beside the form."""
        return {}

    def render_form(self, form: FlaskForm, *, status: int = HTTPStatus.OK) -> Response:
        page = self.render(self.form_template, form=form, **self.form_context())
        return make_response(page, status)

    def refuse(
        self, error: DomainError, form: FlaskForm | None = None, *, url: str | None = None
    ) -> BaseResponse:
        """Undo what was begun and say why.

        With a form it is drawn again with what was typed (422). Without one the reason is
        shown on the page at `url`, else on the page the request names, else on the home page.
        """
        current_builder().session.rollback()
        if form is None:
            flash(message_for(error), "bad")
            return see_other(url or requested_next() or "/")
        add_to_form(form, error)
        return self.render_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def saved(self, message: str, url: str) -> BaseResponse:
        """Confirm and go on; the caller has committed."""
        flash(message, "ok")
        return see_other(url)
