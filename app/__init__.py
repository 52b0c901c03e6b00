"""The application: `create_app` is the only place that wires its parts together."""

from flask import Flask

from config import ROOT, Settings, load_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings`, or from the environment where none are given.

    It asks the database for nothing: migrations and commands run before any table exists.

    Raises:
        SettingsError: a setting is missing or unsafe.
    """
    chosen = settings or load_settings()
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(chosen.flask_config())
    app.extensions["settings"] = chosen
    _wire_database(app, chosen)
    _wire_ports(app, chosen)
    _wire_web(app, chosen)
    _wire_commands(app)
    return app


def _wire_database(app: Flask, settings: Settings) -> None:
    from app.extensions import db, migrate
    from app.security.engines import prepare_engines, sqlalchemy_config
    from app.security.startup import refuse_unsafe_database

    app.config.from_mapping(sqlalchemy_config(settings))
    db.init_app(app)
    migrate.init_app(
        app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True
    )
    with app.app_context():
        prepare_engines(db.engines)
    refuse_unsafe_database(app)


def _wire_ports(app: Flask, settings: Settings) -> None:
    from app.documents.pdf import TypstRenderer
    from app.domain.ports import Ports
    from app.integrations.mail import mailer_for
    from app.integrations.oidc import client_of
    from app.integrations.storage import holding_area_from_url, store_from_url
    from app.security.vault import AesGcmVault

    app.extensions["ports"] = Ports(
        blobs=store_from_url(settings.storage_url),
        holding=holding_area_from_url(settings.storage_url),
        renderer=TypstRenderer(),
        mailer=mailer_for(
            app, outbox_folder=settings.outbox_folder, hello_name=settings.public_host
        ),
        vault=AesGcmVault(settings.sealing_keys),
        providers={one.name: client_of(one) for one in settings.openid_providers},
    )


def _wire_web(app: Flask, settings: Settings) -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app.extensions import babel, csrf, db
    from app.fab.builder import AppBuilder
    from app.fab.recording import record_change
    from app.security.manager import SecurityManager
    from app.security.sessions import PortalSessions
    from app.views import register_views
    from app.views.locale import chosen_locale, chosen_timezone
    from app.views.request_size import register_request_size
    from app.views.templates import PageEnvironment
    from app.views.translations import register_translations

    app.jinja_environment = PageEnvironment
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    app.session_interface = PortalSessions()
    register_request_size(app)  # before the form's token is looked for
    csrf.init_app(app)
    babel.init_app(app, locale_selector=chosen_locale, timezone_selector=chosen_timezone)
    with app.app_context():
        register_translations(app, babel)
        builder = AppBuilder(security_manager_class=SecurityManager, record_change=record_change)
        builder.init_app(app, db.session)
        register_views(app, builder)


def _wire_commands(app: Flask) -> None:
    from app.cli import register_commands

    register_commands(app)
