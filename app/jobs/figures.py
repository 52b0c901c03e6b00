"""The handler that adds up the figures of the back-office's first page."""

from app.domain.clock import today
from app.jobs.work import Work
from app.services.monthly_figures import refresh_figures


def bring_figures_up_to_date(work: Work) -> None:
    """Where nothing differs, no trace is left in the audit trail."""
    with work.session() as session:
        if refresh_figures(session, today=today()):
            session.commit()
        else:
            session.rollback()
