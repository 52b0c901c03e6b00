"""Every setting of a deployment; the only module that reads the environment."""

import secrets
from collections.abc import Callable, Mapping
from os import environ
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from settings.keys import DataKey, kept_secret, new_data_key, read_data_keys
from settings.mail import mail_config, mail_problems
from settings.openid import OpenIdProvider, read_providers
from settings.safety import demo_problems, production_problems

ROOT = Path(__file__).resolve().parent
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
MEBIBYTE = 1024 * 1024


class SettingsError(Exception):
    """The settings cannot be used; the text lists every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"These settings have to be changed before Clientèle can start:\n{lines}")


def _hint(*, unit: str = "", default: str = "") -> dict[str, JsonValue]:
    """What the settings page says beside a description; `default` where the value is derived."""
    return {"unit": unit, "default": default}


class Settings(BaseSettings):
    """What an operator can decide: keywords alone; `load_settings` adds the environment."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    app_env: Literal["demo", "production"] = Field(
        default="demo",
        description="demo: this machine only, made-up data. production: refuses unsafe values.",
    )
    bind_host: str = Field(
        default="127.0.0.1",
        description="Address the built-in server listens on; the demo accepts loopback only.",
    )
    port: int = Field(
        default=8080,
        ge=1,
        le=65535,
        description="Port the built-in server listens on.",
        json_schema_extra=_hint(unit="TCP port"),
    )
    data_dir: Path = Field(
        default=ROOT / "var",
        description="Folder of what is written here: SQLite file, documents, the demo's key.",
        json_schema_extra=_hint(unit="path", default="`var/` beside `config.py`"),
    )
    public_url: str = Field(
        default="",
        description="Address under which people reach the portal; links in mails start with it.",
        json_schema_extra=_hint(unit="URL", default="`http://localhost:<PORT>` in the demo"),
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Host names a request may ask for; any other is answered with 400.",
        json_schema_extra=_hint(unit="names, by commas", default="loopback names in the demo"),
    )
    proxy_hops: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies of yours stand in front and add X-Forwarded headers.",
        json_schema_extra=_hint(unit="count"),
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs form tokens; at least 32 characters, the same on every host.",
        json_schema_extra=_hint(default="made once and kept in DATA_DIR, in the demo"),
    )
    data_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Keys that seal secrets in the database, the first for new ones; see `flask keys`.",
        json_schema_extra=_hint(
            unit="name:key, by commas", default="made once and kept in DATA_DIR, in the demo"
        ),
    )
    staff_second_step: Literal["required", "optional"] | None = Field(
        default=None,
        description="Whether staff and auditors need a second step to sign in; others may always add one.",
        json_schema_extra=_hint(default="required in production, optional in the demo"),
    )
    max_upload_mb: int = Field(
        default=1024,
        ge=1,
        le=8192,
        description="Largest upload of invoices accepted; any other request may bring 1 MiB.",
        json_schema_extra=_hint(unit="MiB"),
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Database of web and jobs: a SQLite file, or PostgreSQL as a role that owns nothing.",
        json_schema_extra=_hint(unit="URL", default="`sqlite:///<DATA_DIR>/clientele.db`"),
    )
    database_owner_url: SecretStr = Field(
        default=SecretStr(""),
        description="Same database as the role that owns the tables; for `flask db` and `flask jobs install`.",
        json_schema_extra=_hint(unit="URL", default="DATABASE_URL"),
    )
    database_system_url: SecretStr = Field(
        default=SecretStr(""),
        description="Same database as the role for work across companies: imports, commands.",
        json_schema_extra=_hint(unit="URL", default="DATABASE_URL"),
    )
    database_audit_url: SecretStr = Field(
        default=SecretStr(""),
        description="Same database as the read-only role that serves auditors.",
        json_schema_extra=_hint(unit="URL", default="DATABASE_URL"),
    )
    storage_url: str = Field(
        default="",
        description="Where documents are kept: a folder (file://) or a bucket (s3://).",
        json_schema_extra=_hint(unit="URL", default="`file://<DATA_DIR>/blobs`"),
    )
    mail_url: SecretStr = Field(
        default=SecretStr("outbox:"),
        description="smtp://user:password@host:587 (STARTTLS), smtps://…:465, or outbox: (a page only).",
        json_schema_extra=_hint(unit="URL", default="`outbox:`"),
    )
    jobs_engine: Literal["embedded", "procrastinate"] | None = Field(
        default=None,
        description="Who runs background work: embedded (one machine) or procrastinate (many).",
        json_schema_extra=_hint(default="embedded on SQLite, procrastinate on PostgreSQL"),
    )
    oidc_providers: SecretStr = Field(
        default=SecretStr(""),
        description="Sign in with …: a list of {name, label, issuer, client_id, client_secret}.",
        json_schema_extra=_hint(unit="JSON", default="none: password only"),
    )
    twikey_url: str = Field(
        default="",
        description="Address of Twikey's interface.",
        json_schema_extra=_hint(unit="URL", default="none: direct debit is off"),
    )
    twikey_api_key: SecretStr = Field(
        default=SecretStr(""), description="Key of the creditor account at Twikey."
    )
    twikey_website_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key that proves that a person came back from Twikey's signing page.",
    )
    peppol_sml_zone: str = Field(
        default="",
        description="DNS zone in which PEPPOL participants are looked up.",
        json_schema_extra=_hint(unit="DNS zone", default="none: look-ups are off"),
    )
    peppol_dns_server: str = Field(
        default="",
        description="Name server asked for PEPPOL look-ups.",
        json_schema_extra=_hint(unit="address or address:port", default="the system's"),
    )
    peppol_provider: str = Field(
        default="",
        description="Access point that carries documents: simulator, recommand, …",
        json_schema_extra=_hint(default="none: sending is off"),
    )
    peppol_provider_url: str = Field(
        default="",
        description="Address of the access point's interface.",
        json_schema_extra=_hint(unit="URL"),
    )
    peppol_provider_key: SecretStr = Field(
        default=SecretStr(""), description="Key for the access point's interface."
    )
    peppol_allow_loopback: bool = Field(
        default=False,
        description="Lets look-ups reach this machine: for simulators, refused in production.",
    )

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _split_by_commas(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("data_dir")
    @classmethod
    def _from_the_repository(cls, value: Path) -> Path:
        return (ROOT / value.expanduser()).resolve()

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        problems = production_problems(self) if self.is_production else demo_problems(self)
        if self.jobs_engine == "procrastinate" and self.is_sqlite:
            problems.append("JOBS_ENGINE=procrastinate needs PostgreSQL in DATABASE_URL.")
        problems += mail_problems(self.mail_url.get_secret_value())
        problems += read_data_keys(self.data_keys.get_secret_value())[1]
        problems += read_providers(self.oidc_providers.get_secret_value())[1]
        if problems:
            raise SettingsError(problems)
        return self._with_derived_values()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @property
    def is_production(self) -> bool:
        return self.app_env == "production"

    @property
    def needs_staff_second_step(self) -> bool:
        return self.staff_second_step == "required"

    @property
    def is_sqlite(self) -> bool:
        url = self.database_url.get_secret_value()
        return not url or url.startswith("sqlite")

    @property
    def public_host(self) -> str:
        """The name people know this deployment by; it names our mails."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def has_outbox(self) -> bool:
        """Whether mail is shown on a page rather than sent."""
        return self.mail_url.get_secret_value().startswith("outbox:")

    @property
    def outbox_folder(self) -> Path:
        """Where mail is kept that goes nowhere (MAIL_URL `outbox:`)."""
        return self.data_dir / "outbox"

    @property
    def sealing_keys(self) -> tuple[DataKey, ...]:
        """The first seals, all of them open."""
        return read_data_keys(self.data_keys.get_secret_value())[0]

    @property
    def openid_providers(self) -> tuple[OpenIdProvider, ...]:
        return read_providers(self.oidc_providers.get_secret_value())[0]

    def flask_config(self) -> dict[str, Any]:
        """Return the keys that Flask and its extensions read; engines are `app.security`'s."""
        return {
            "SECRET_KEY": self.secret_key.get_secret_value(),
            "TRUSTED_HOSTS": list(self.trusted_hosts),
            "PREFERRED_URL_SCHEME": urlsplit(self.public_url).scheme,
            "MAX_CONTENT_LENGTH": self.max_upload_mb * MEBIBYTE,
            "SESSION_COOKIE_NAME": "__Host-sid" if self.is_production else "sid",
            "SESSION_COOKIE_SECURE": self.is_production,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_PATH": "/",
            # A form's token lives as long as its session. Whether a form came from here is told by
            # Sec-Fetch-Site: some people's browsers send no Referer, which Flask-WTF would ask for.
            "WTF_CSRF_TIME_LIMIT": None,
            "WTF_CSRF_SSL_STRICT": False,
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            **mail_config(self.mail_url.get_secret_value()),
        }

    def _with_derived_values(self) -> Self:
        url = self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'clientele.db'}"
        derived: dict[str, object] = {
            "database_url": SecretStr(url),
            "public_url": (self.public_url or f"http://localhost:{self.port}").rstrip("/"),
            "trusted_hosts": self.trusted_hosts or LOOPBACK_NAMES,
            "storage_url": self.storage_url or f"file://{self.data_dir / 'blobs'}",
            "secret_key": self._own_or_kept("secret_key", lambda: secrets.token_urlsafe(48)),
            "data_keys": self._own_or_kept("data_keys", lambda: new_data_key("demo")),
            "staff_second_step": self.staff_second_step
            or ("required" if self.is_production else "optional"),
            "jobs_engine": self.jobs_engine or ("embedded" if self.is_sqlite else "procrastinate"),
        }
        for name in ("database_owner_url", "database_system_url", "database_audit_url"):
            derived[name] = (
                getattr(self, name) if getattr(self, name).get_secret_value() else SecretStr(url)
            )
        for name, value in derived.items():
            object.__setattr__(self, name, value)  # frozen for everybody else
        return self

    def _own_or_kept(self, name: str, make: Callable[[], str]) -> SecretStr:
        given: SecretStr = getattr(self, name)
        if given.get_secret_value():
            return given
        return SecretStr(kept_secret(self.data_dir, name, make))


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: a value is missing, malformed or unsafe; its text names each of them.
    """
    try:
        return Settings(**{**EnvSettingsSource(Settings)(), **_secrets_from_files(environ)})
    except ValidationError as error:
        raise SettingsError([_in_words(dict(problem)) for problem in error.errors()]) from None


def secret_names() -> frozenset[str]:
    """Return the fields that must not be shown and that accept a `_FILE` variant."""
    return frozenset(
        name for name, field in Settings.model_fields.items() if field.annotation is SecretStr
    )


def _secrets_from_files(variables: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name in sorted(secret_names()):
        variable = f"{name.upper()}_FILE"
        path = variables.get(variable)
        if not path:
            continue
        if variables.get(name.upper()):
            problems.append(f"{name.upper()} and {variable} are both set; keep one.")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            problems.append(f"{variable} names a file that cannot be read.")
    if problems:
        raise SettingsError(problems)
    return found


def _in_words(problem: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in problem["loc"]).upper()
    return f"{name}: {problem['msg']}."
