"""The QR code with which a banking app fills in a SEPA credit transfer."""

from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

from segno import helpers

from app.domain.einvoice import EInvoice
from app.domain.identifiers import display_structured_communication, is_valid_iban, normalise_iban

_MAX_AMOUNT = Decimal("999999999.99")
_NAME_CHARS = 70
_TEXT_CHARS = 140


def epc_qr_svg(einvoice: EInvoice) -> str | None:
    """The code as SVG without its quiet zone, or None when a transfer is not what is asked for.

    The caller leaves four modules of white around it, and gives it its alternative text.

    The Belgian structured communication goes into the unstructured line, because the structured
    one is for ISO 11649 references. Source: EPC069-12 v2.1, version 002, UTF-8.
    """
    means = einvoice.transfer
    if means is None or einvoice.currency != "EUR" or einvoice.totals.payable > _MAX_AMOUNT:
        return None
    if not is_valid_iban(means.iban) or not einvoice.beneficiary:
        return None
    try:
        code = helpers.make_epc_qr(
            name=einvoice.beneficiary[:_NAME_CHARS],
            iban=normalise_iban(means.iban),
            amount=einvoice.totals.payable.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP),
            text=(display_structured_communication(means.payment_id) or einvoice.number)[
                :_TEXT_CHARS
            ],
            encoding=1,
        )
    except ValueError:
        # A text the standard has no room for: the page still says how to pay.
        return None
    svg = BytesIO()
    code.save(svg, kind="svg", border=0, xmldecl=False, svgns=True, nl=False, omitsize=True)
    return svg.getvalue().decode("utf-8")
