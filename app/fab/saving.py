"""How generated screens write: the row and its audit event in one commit, or neither."""

from collections.abc import Callable, Mapping, Sequence

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.exc import SQLAlchemyError

from app.fab.builder import current_builder
from app.fab.recording import Change, row_values
from app.fab.refusals import refusal_of
from app.models.base import changed_fields


class SavingInterface(SQLAInterface):
    """Replaces FAB's add, edit and delete, which commit on their own and swallow the reason.

    Each raises NotSaved (or the DomainError of a model or of the tenancy scope) after undoing
    everything; the caller then draws the form again.
    """

    def add(self, item: object, commit: bool = True) -> None:
        def change() -> None:
            self.session.add(item)
            self.session.flush()
            values = {name: (None, value) for name, value in row_values(item).items()}
            self._record(Change.CREATED, item, values)

        self._in_one_commit(change, commit=commit)

    def edit(self, item: object, commit: bool = True) -> None:
        """Save a row that was loaded in this session and has changed since."""

        def change() -> None:
            changes = changed_fields(item)
            self.session.flush()
            if changes:
                self._record(Change.CHANGED, item, changes)

        self._in_one_commit(change, commit=commit)

    def delete(self, item: object, commit: bool = True) -> None:
        self._delete([item], commit=commit)

    def delete_all(self, items: Sequence[object]) -> None:
        self._delete(items, commit=True)

    def _delete(self, items: Sequence[object], *, commit: bool) -> None:
        def change() -> None:
            for item in items:
                values = {name: (value, None) for name, value in row_values(item).items()}
                self.session.delete(item)
                self.session.flush()
                self._record(Change.REMOVED, item, values)

        self._in_one_commit(change, commit=commit)

    def _record(
        self, change: Change, item: object, changes: Mapping[str, tuple[object, object]]
    ) -> None:
        current_builder().record_change(self.session, change, item, changes)

    def _in_one_commit(self, change: Callable[[], None], *, commit: bool) -> None:
        try:
            change()
            if commit:
                self.session.commit()
        except SQLAlchemyError as error:
            self.session.rollback()
            raise refusal_of(error, self.obj.__table__) from error
        except Exception:
            self.session.rollback()
            raise
