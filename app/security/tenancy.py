"""Wall 1: every session sees and writes only what its scope holds, and nothing at all before a scope is opened.

Reads pass `do_orm_execute`, writes pass `before_flush`, and a tripwire on the engines refuses SQL
that passed neither. Wall 2 (row-level security) is told the same scope when a transaction begins.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.sql import ClauseElement

from app.models import AuditEvent
from app.security.criteria import DENY, DIRECTORY_TABLES, WRITTEN_BY_ADMINISTRATORS
from app.security.narrowing import narrowed, with_criteria
from app.security.row_security import bind_scope
from app.security.scope import Reach, Scope
from app.security.statements import Mentions, is_owned, mentions_of
from app.security.writes import check_writes, forget_admitted, keep_admitted

CHECKED = {"tenancy": "checked"}
"""Execution options of a statement that was looked at by hand, with a reason beside it."""
_NARROWED = "tenancy_narrowed"
# Its own name: loaders of related rows inherit their parent's options, and are narrowed all the same.


class ScopeMissing(RuntimeError):
    """Code asked for a company's rows before anybody said whose: a bug, never a user's fault."""


class OutsideScope(RuntimeError):
    """Code reached around the session, or asked for what this scope never holds."""


class TenantSession(FlaskSession):
    """A session that knows its scope (`info["scope"]`) and its actor (`info["actor"]`)."""

    @property
    def engine_key(self) -> str | None:
        """Which role of the database this session works as; None is the run-time role."""
        return self.info.get("engine")

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Any | None = None,
        **kwargs: Any,
    ) -> Engine | Connection:
        if bind is not None:
            return bind
        engines = self._db.engines
        return engines.get(self.engine_key) or engines[None]

    def reading_engine(self) -> Engine | None:
        """The read-only role, for an auditor's business reads, where the database has one."""
        scope: Scope | None = self.info.get("scope")
        return self._db.engines.get("audit") if scope is not None and scope.is_read_only else None

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what `before_flush` has checked: the tripwire lets it pass."""
        token = _flushing.set(True)
        try:
            super().flush(objects)
        finally:
            _flushing.reset(token)


def open_scope(session: Session, scope: Scope, *, told: bool = False) -> None:
    """Let `session` see what `scope` holds, from now on.

    `told` says that the transaction's settings for wall 2 were made already.

    Raises:
        OutsideScope: the session already holds rows, which may be another scope's.
    """
    if session.info.get("scope") != scope and _holds_owned_rows(session):
        raise OutsideScope("a scope opens on a session that holds no company's rows")
    session.info["scope"] = scope
    if session.in_transaction() and not told:
        bind_scope(session.connection(), scope)


def know_as_told(session: Session, company: UUID | None) -> None:
    """Note that this transaction's settings for wall 2 are made, for `company` as the path names it."""
    session.info["told"] = (session.get_transaction(), company)


def was_told(session: Session, company: UUID | None) -> bool:
    """Whether they are: settings end with their transaction."""
    return session.info.get("told") == (session.get_transaction(), company)


def current_scope(session: Session) -> Scope:
    """Raises ScopeMissing when none was opened."""
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        raise ScopeMissing("no scope is open in this session")
    return scope


def install(session_class: type[Session] = TenantSession) -> None:
    """Listen to every session of the product; called once, where the session class is made."""
    event.listen(session_class, "do_orm_execute", _narrow)
    event.listen(session_class, "before_flush", _before_flush)
    event.listen(session_class, "after_begin", _after_begin)
    event.listen(session_class, "after_commit", keep_admitted)
    event.listen(session_class, "after_soft_rollback", _after_rollback)


def guard(engine: Engine) -> None:
    """Put the tripwire on an engine that sessions use."""
    event.listen(engine, "before_execute", _tripwire)
    event.listen(engine, "before_cursor_execute", _tripwire_for_strings)


_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


def _narrow(state: ORMExecuteState) -> None:
    """Add the scope's criteria to a statement, or refuse it."""
    if _is_checked(state.execution_options) and not state.is_relationship_load:
        return
    found = mentions_of(state.statement)
    _refuse_bare(found)
    if found.owned:
        scope = current_scope(state.session)
        _refuse_beyond(scope, state, found)
        state.statement = narrowed(state.statement, scope)
        _send_to_reader(state)
    elif getattr(state.statement, "_with_options", ()):
        # What is loaded along with a row of nobody's may be somebody's.
        known: Scope | None = state.session.info.get("scope")
        state.statement = (
            with_criteria(state.statement, DENY)
            if known is None
            else narrowed(state.statement, known)
        )
    state.update_execution_options(**{_NARROWED: True})


def _refuse_bare(found: Mentions) -> None:
    if found.has_text:
        raise OutsideScope("SQL written as text passes no scope")
    if found.bare:
        raise OutsideScope(f"named by table, not by class: {', '.join(sorted(found.bare))}")


def _refuse_beyond(scope: Scope, state: ORMExecuteState, found: Mentions) -> None:
    """Refuse what no criteria could make right."""
    if scope.reach is Reach.EVERYTHING:
        return
    if not state.is_select and scope.is_read_only:
        raise OutsideScope("this scope is read-only")
    if state.is_insert:
        raise OutsideScope("bulk inserts need cross_company()")
    if state.is_update and (moved := _moved_by(state)):
        raise OutsideScope(f"no statement moves rows: {', '.join(sorted(moved))}")
    if scope.reach is Reach.DIRECTORY:
        allowed = DIRECTORY_TABLES if state.is_select else WRITTEN_BY_ADMINISTRATORS
        if beyond := found.owned - allowed:
            raise OutsideScope(f"an administrator does not ask for {', '.join(sorted(beyond))}")


def _moved_by(state: ORMExecuteState) -> set[str]:
    """What an UPDATE would change of whose a row is; a list of rows by key passes no criteria at all."""
    if isinstance(state.parameters, list | tuple):
        return {"rows by their keys"}
    statement: Any = state.statement
    values = (*(statement._values or ()), *(state.parameters or ()))  # noqa: SLF001
    names = {str(getattr(one, "key", one)) for one in values}
    return names & {"id", "company_id", "address_id"}


def _send_to_reader(state: ORMExecuteState) -> None:
    session = state.session
    reader = session.reading_engine() if isinstance(session, TenantSession) else None
    if reader is not None and state.is_select:
        state.bind_arguments["bind"] = reader


def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    check_writes(session)


def _after_begin(
    session: Session, _transaction: SessionTransaction, connection: Connection
) -> None:
    scope: Scope | None = session.info.get("scope")
    if scope is not None and not _is_of_auditors(session, connection):
        bind_scope(connection, scope)


def _is_of_auditors(session: Session, connection: Connection) -> bool:
    """Whether the connection is the read-only role's, whose policies ask no setting."""
    if not isinstance(session, TenantSession):
        return False
    reader = session.reading_engine()
    return connection.engine is reader and reader.url != session.get_bind().engine.url


def _after_rollback(session: Session, _transaction: SessionTransaction) -> None:
    forget_admitted(session)


def _tripwire(
    _connection: Connection, statement: Any, _multiparams: Any, _params: Any, options: Any
) -> None:
    if _flushing.get() or _is_checked(options) or options.get(_NARROWED):
        return
    if isinstance(statement, ClauseElement):
        found = mentions_of(statement)
        if found.owned or found.has_text:
            raise OutsideScope("SQL on company rows that did not pass the session's scope")


def _tripwire_for_strings(
    _connection: Connection,
    _cursor: Any,
    _statement: str,
    _parameters: Any,
    context: Any,
    _executemany: bool,
) -> None:
    """Refuse `exec_driver_sql`: a string that no statement was compiled to."""
    if context is None or context.compiled is not None or context.invoked_statement is not None:
        return
    if not _is_checked(context.execution_options):
        raise OutsideScope("SQL handed to the driver passes no scope")


def _is_checked(options: Any) -> bool:
    return options.get("tenancy") == "checked"


def _holds_owned_rows(session: Session) -> bool:
    """Events of the audit trail do not count: they are written before anybody is signed in."""
    return any(
        is_owned(getattr(item, "__table__", None)) and not isinstance(item, AuditEvent)
        for item in (*session.identity_map.values(), *session.new)
    )
