"""What a company was invoiced and how it paid, by month: added up beforehand, for the plots of the back-office."""

from datetime import date

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, CompanyOwned


class MonthlyFigure(CompanyOwned, Base):
    """One month (its first day) of one company in one currency; `app.services.monthly_figures` alone writes it.

    `invoiced_cents` is what was issued in the month less what was credited in it, with tax. `due_count` counts the
    invoices that fell due in it, `in_time_count` those of them that were paid by their due date.
    """

    __tablename__ = "monthly_figure"
    __table_args__ = (UniqueConstraint("company_id", "month", "currency"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    invoiced_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    due_count: Mapped[int] = mapped_column(default=0)
    in_time_count: Mapped[int] = mapped_column(default=0)
