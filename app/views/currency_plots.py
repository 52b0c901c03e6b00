"""The two plots of money that home pages show, each currency by itself: euros and dollars are never added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.services.balances import MAIN_CURRENCY, Balance
from app.views.plots import AgePlot, MonthPlot, age_bars, month_bars


@dataclass(frozen=True, slots=True)
class CurrencyPlots:
    """The two plots of one currency."""

    currency: str
    months: MonthPlot | None
    ages: AgePlot | None


def plots_by_currency(
    owed: Sequence[Balance], invoiced: Mapping[str, Mapping[date, int]], on: date
) -> list[CurrencyPlots]:
    """Invoiced by month and open by age; empty plots of the main currency where there is nothing at all."""
    ages = {balance.currency: balance.by_age for balance in owed}
    currencies = dict.fromkeys([*invoiced, *ages]) or {MAIN_CURRENCY: None}
    return [
        CurrencyPlots(
            currency,
            month_bars(invoiced.get(currency, {}), today=on),
            age_bars(ages.get(currency, {})),
        )
        for currency in currencies
    ]
