"""The registry of screens: Flask-AppBuilder without the screens and queries it brings along."""

from typing import Any

from flask import Flask, current_app
from flask_appbuilder import AppBuilder as FlaskAppBuilder
from flask_appbuilder.api import BaseApi
from flask_appbuilder.baseviews import AbstractViewApi
from flask_appbuilder.menu import Menu
from flask_appbuilder.security.manager import BaseSecurityManager

from app.fab.recording import ChangeRecorder, record_change


class AppBuilder(FlaskAppBuilder):
    """Registers only what it is told to.

    Index, sign-in, language and `/back` are our own views or do not exist; there is no REST, no
    OpenAPI and no menu endpoint, no permission synchronisation, and FAB's Babel set-up (which
    writes the session on every page and ignores Accept-Language) is left to the application.

    `record_change` writes the audit event of every row that a generated screen changes.
    """

    def __init__(
        self,
        *,
        security_manager_class: type[BaseSecurityManager],
        record_change: ChangeRecorder = record_change,
    ) -> None:
        super().__init__(security_manager_class=security_manager_class, update_perms=False)
        self.record_change = record_change

    def init_app(self, app: Flask, session: Any) -> None:
        """Attach to the application; needs an application context.

        Raises:
            RuntimeError: Flask-WTF's CSRFProtect is not there: FAB would accept forged posts.
        """
        if "csrf" not in app.extensions:
            raise RuntimeError("Initialise CSRFProtect before AppBuilder.")
        _set_defaults(app)
        self._init_extension(app)
        self._session = session
        self._indexview = None
        self.menu = Menu(reverse=False)
        if self.security_manager_class is None:
            raise RuntimeError("A security manager is required.")
        self.sm = self.security_manager_class(self)
        app.before_request(self.sm.before_request)

    @property
    def get_url_for_index(self) -> str:
        return "/"

    def register_blueprint(
        self,
        baseview: AbstractViewApi,
        endpoint: str | None = None,
        static_folder: str | None = None,
    ) -> None:
        if isinstance(baseview, BaseApi):
            raise TypeError(f"{type(baseview).__name__} is a REST endpoint: these are not offered.")
        super().register_blueprint(baseview, endpoint=endpoint, static_folder=static_folder)


def current_builder() -> AppBuilder:
    builder: AppBuilder = current_app.extensions["appbuilder"]
    return builder


def _set_defaults(app: Flask) -> None:
    app.config.setdefault("APP_NAME", "Clientèle")
    app.config.setdefault("LANGUAGES", {})
    app.config.setdefault("RATELIMIT_ENABLED", False)
    app.config["FAB_CREATE_DB"] = False
    app.config["FAB_UPDATE_PERMS"] = False
    app.config["FAB_ADD_SECURITY_API"] = False
    app.config["FAB_ADD_SECURITY_VIEWS"] = False
    app.config["FAB_ADD_OPENAPI_VIEWS"] = False
    app.config["FAB_API_SWAGGER_UI"] = False
    app.config["FAB_ADD_MENU_API"] = False
