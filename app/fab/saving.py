"""How generated screens write: the row and its audit event in one commit, or neither."""

from collections.abc import Callable, Sequence

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
            self._record(Change.CREATED, item, {}, row_values(item))

        self._in_one_commit(change, commit=commit)

    def edit(self, item: object, commit: bool = True) -> None:
        """Save a row that was loaded in this session and has changed since."""

        def change() -> None:
            before = {name: values[0] for name, values in changed_fields(item).items()}
            self.session.flush()
            if before:
                after = {name: getattr(item, name) for name in before}
                self._record(Change.CHANGED, item, before, after)

        self._in_one_commit(change, commit=commit)

    def delete(self, item: object, commit: bool = True) -> None:
        self._delete([item], commit=commit)

    def delete_all(self, items: Sequence[object]) -> None:
        self._delete(items, commit=True)

    def _delete(self, items: Sequence[object], *, commit: bool) -> None:
        def change() -> None:
            for item in items:
                before = row_values(item)
                self.session.delete(item)
                self.session.flush()
                self._record(Change.REMOVED, item, before, {})

        self._in_one_commit(change, commit=commit)

    def _record(
        self, change: Change, item: object, before: dict[str, object], after: dict[str, object]
    ) -> None:
        current_builder().record_change(self.session, change, item, before=before, after=after)

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
