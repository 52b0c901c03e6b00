"""What the documents of the demo say, in the language of their company."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """A customer's documents are in its language, whoever reads the portal in another one."""

    vouchers: str
    fee: str
    face_value_reason: str
    payment_terms: str
    credit_note: str


_WORDS = {
    "fr": DocumentWords(
        vouchers="Titres-repas électroniques, valeur faciale 8,00 €",
        fee="Frais de gestion par titre-repas",
        face_value_reason="Valeur faciale de titres-repas : moyen de paiement, sans TVA",
        payment_terms="Payable dans les 30 jours",
        credit_note="Titres-repas rendus",
    ),
    "nl": DocumentWords(
        vouchers="Elektronische maaltijdcheques, nominale waarde € 8,00",
        fee="Beheerskosten per maaltijdcheque",
        face_value_reason="Nominale waarde van maaltijdcheques: betaalmiddel, geen btw",
        payment_terms="Wordt geïnd via domiciliëring",
        credit_note="Teruggegeven maaltijdcheques",
    ),
    "de": DocumentWords(
        vouchers="Elektronische Mahlzeitschecks, Nennwert 8,00 €",
        fee="Verwaltungsgebühr je Mahlzeitscheck",
        face_value_reason="Nennwert von Mahlzeitschecks: Zahlungsmittel, ohne MwSt.",
        payment_terms="Zahlbar innerhalb von 30 Tagen",
        credit_note="Zurückgegebene Mahlzeitschecks",
    ),
}


def of(language: str) -> DocumentWords:
    return _WORDS[language]
