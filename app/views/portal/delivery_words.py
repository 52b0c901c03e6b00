"""What a delivery mode means for a company, in plain words.

Source: law of 6 February 2024, structured invoices between Belgian taxable persons from 1 January 2026.
"""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.domain.delivery import DeliveryMode, VatStatus


@dataclass(frozen=True, slots=True)
class Advice:
    """A note: `kind` as the design has it."""

    kind: str
    title: str
    text: str


def mode_cards() -> dict[str, dict[str, str]]:
    """What each choice says on the form."""
    return {
        DeliveryMode.EMAIL.value: {
            "icon": "mail",
            "text": _("A PDF to the people you name below."),
        },
        DeliveryMode.PEPPOL.value: {
            "icon": "peppol",
            "text": _("Straight into your accounting software."),
        },
        DeliveryMode.PEPPOL_AND_EMAIL.value: {
            "icon": "peppol-mail",
            "text": _("Both, so that colleagues keep a readable copy."),
        },
    }


def legal_advice(status: VatStatus, mode: DeliveryMode) -> Advice | None:
    """Whether e-mail alone is a legal invoice for this company; None where PEPPOL is chosen."""
    if mode is not DeliveryMode.EMAIL:
        return None
    if status is VatStatus.LIABLE:
        return Advice(
            "warn",
            _("E-mail alone is no longer a legal invoice for your company."),
            _(
                "Since 1 January 2026, Belgian companies that charge VAT must receive structured "
                "invoices from each other, over PEPPOL. Your choice is kept all the same."
            ),
        )
    if status is VatStatus.UNKNOWN:
        return Advice(
            "info",
            _("We do not know whether your company charges VAT."),
            _(
                "If it does, e-mail alone is no longer a legal invoice since 1 January 2026. "
                "Tell your account manager, or choose PEPPOL."
            ),
        )
    return Advice(
        "info",
        _("E-mail alone is fine for your company."),
        _("The obligation to receive invoices over PEPPOL does not apply to its VAT status."),
    )


def peppol_advice(mode: DeliveryMode) -> Advice | None:
    """What is true of PEPPOL today; None where it is not chosen."""
    if not mode.needs_peppol_id:
        return None
    return Advice(
        "info",
        _("Your choice of PEPPOL is kept."),
        _("Until sending over PEPPOL is switched on, invoices keep coming by e-mail."),
    )


def saved_words(name: str, mode: DeliveryMode, *, mode_changed: bool) -> str:
    """What saving an address has done."""
    if not mode_changed:
        return _("Saved. From the next invoice, %(name)s uses these details.", name=name)
    if mode is DeliveryMode.EMAIL:
        return _("Saved. From the next invoice, %(name)s gets its invoices by e-mail.", name=name)
    if mode is DeliveryMode.PEPPOL:
        return _(
            "Saved. %(name)s is set to PEPPOL. Until sending over PEPPOL is switched on, its "
            "invoices keep coming by e-mail.",
            name=name,
        )
    return _(
        "Saved. %(name)s is set to PEPPOL with a copy by e-mail. Until sending over PEPPOL is "
        "switched on, its invoices come by e-mail only.",
        name=name,
    )
