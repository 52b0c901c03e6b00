"""Wall 1: every session sees and writes only what its scope holds, and nothing at all before a scope is opened.

Reads pass `do_orm_execute`, writes pass `before_flush`, and a tripwire on the engines refuses SQL
that passed neither. Wall 2 (row-level security) is told the same scope when a transaction begins.
"""

from contextvars import ContextVar
from typing import Any, cast

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.util import find_tables

from app.models import Base
from app.security.criteria import criteria_of, directory_tables
from app.security.row_security import bind_scope
from app.security.scope import Reach, Scope
from app.security.writes import check_writes

CHECKED = {"tenancy": "checked"}
"""Execution options of a statement that was looked at: set here, or by hand with a reason beside it."""


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


def open_scope(session: Session, scope: Scope, *, told: bool = False) -> None:
    """Let `session` see what `scope` holds, from now on.

    `told` says that the transaction's settings for wall 2 were made already.

    Raises:
        OutsideScope: the session already holds rows, which may be another scope's.
    """
    if session.info.get("scope") not in {None, scope} and _holds_owned_rows(session):
        message = "a scope opens on a session that holds no company's rows"
        raise OutsideScope(message)
    session.info["scope"] = scope
    if session.in_transaction() and not told:
        bind_scope(session.connection(), scope)


def current_scope(session: Session) -> Scope:
    """Raises ScopeMissing when none was opened."""
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        message = "no scope is open in this session"
        raise ScopeMissing(message)
    return scope


def install(session_class: type[Session] = TenantSession) -> None:
    """Listen to every session of the product; called once, where the session class is made."""
    event.listen(session_class, "do_orm_execute", _narrow)
    event.listen(session_class, "before_flush", _before_flush)
    event.listen(session_class, "after_flush", _after_flush)
    event.listen(session_class, "after_soft_rollback", _after_rollback)
    event.listen(session_class, "after_begin", _after_begin)


def guard(engine: Engine) -> None:
    """Put the tripwire on an engine that sessions use."""
    event.listen(engine, "before_execute", _tripwire)


_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


def _narrow(state: ORMExecuteState) -> None:
    """Add the scope's criteria to a statement, or refuse it."""
    if state.execution_options.get("tenancy") == "checked":
        return
    tables = _owned_tables(state.statement)
    if tables:
        scope = current_scope(state.session)
        if not state.is_select and scope.is_read_only:
            message = "this scope is read-only"
            raise OutsideScope(message)
        if state.is_insert and scope.reach is not Reach.EVERYTHING:
            message = "bulk inserts need cross_company()"
            raise OutsideScope(message)
        if scope.reach is Reach.DIRECTORY and not tables <= directory_tables():
            message = f"an administrator does not read {sorted(table.name for table in tables)}"
            raise OutsideScope(message)
        state.statement = state.statement.options(*criteria_of(scope))
        reading = (
            state.session.reading_engine() if isinstance(state.session, TenantSession) else None
        )
        if reading is not None and state.is_select:
            state.bind_arguments["bind"] = reading
    state.update_execution_options(**CHECKED)


def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    check_writes(session, session.info.get("scope"))
    _flushing.set(True)


def _after_flush(_session: Session, _context: Any) -> None:
    _flushing.set(False)


def _after_rollback(_session: Session, _transaction: SessionTransaction) -> None:
    _flushing.set(False)


def _after_begin(
    session: Session, _transaction: SessionTransaction, connection: Connection
) -> None:
    scope: Scope | None = session.info.get("scope")
    if scope is not None:
        bind_scope(connection, scope)


def _tripwire(
    _connection: Connection, statement: Any, _multiparams: Any, _params: Any, options: Any
) -> None:
    if options.get("tenancy") == "checked" or _flushing.get():
        return
    if isinstance(statement, TextClause) or (
        isinstance(statement, ClauseElement) and _owned_tables(statement)
    ):
        message = "SQL on company rows that did not pass the session's scope"
        raise OutsideScope(message)


def _owned_tables(statement: ClauseElement | Executable) -> frozenset[Table]:
    found = find_tables(
        cast("ClauseElement", statement),
        check_columns=True,
        include_aliases=True,
        include_joins=False,
        include_selects=False,
        include_crud=True,
    )
    return frozenset(table for table in found if isinstance(table, Table) and _is_owned(table))


def _is_owned(table: Table) -> bool:
    return table.name == "company" or "company_id" in table.c


def _holds_owned_rows(session: Session) -> bool:
    return any(
        isinstance(item, Base) and _is_owned(item.__table__)  # type: ignore[arg-type]
        for item in (*session.identity_map.values(), *session.new)
    )
