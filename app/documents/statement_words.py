"""The words of a statement of account, in the four languages; not gettext: a job writes it when nobody is there."""

from app.documents.pdf.labels import in_language
from app.domain.filenames import safe_stem
from app.domain.statement import Statement

_WORDS: dict[str, tuple[str, str, str, str]] = {
    "statement": ("Relevé de compte", "Rekeningoverzicht", "Kontoauszug", "Statement of account"),
    "period": ("Période", "Periode", "Zeitraum", "Period"),
    "from_to": (
        "Du {first} au {last}",
        "Van {first} tot en met {last}",
        "Vom {first} bis {last}",
        "From {first} to {last}",
    ),
    "customer": ("Client", "Klant", "Kunde", "Customer"),
    "customer_number": ("Numéro de client", "Klantnummer", "Kundennummer", "Customer number"),
    "vat_number": ("Numéro de TVA", "Btw-nummer", "MwSt.-Nummer", "VAT number"),
    "enterprise_number": (
        "Numéro d'entreprise",
        "Ondernemingsnummer",
        "Unternehmensnummer",
        "Enterprise number",
    ),
    "currency": ("Devise", "Munt", "Währung", "Currency"),
    "amounts_in": (
        "Montants en {currency}",
        "Bedragen in {currency}",
        "Beträge in {currency}",
        "Amounts in {currency}",
    ),
    "date": ("Date", "Datum", "Datum", "Date"),
    "what": ("Libellé", "Omschrijving", "Vorgang", "Description"),
    "kind": ("Nature", "Soort", "Art", "Kind"),
    "number": ("Numéro", "Nummer", "Nummer", "Number"),
    "reference": ("Référence", "Referentie", "Referenz", "Reference"),
    "due_date": ("Échéance", "Vervaldatum", "Fällig am", "Due date"),
    "debit": ("Débit", "Debet", "Soll", "Debit"),
    "credit": ("Crédit", "Credit", "Haben", "Credit"),
    "balance": ("Solde", "Saldo", "Saldo", "Balance"),
    "INVOICE": ("Facture", "Factuur", "Rechnung", "Invoice"),
    "CREDIT_NOTE": ("Note de crédit", "Creditnota", "Gutschrift", "Credit note"),
    "PAYMENT": ("Paiement reçu", "Betaling ontvangen", "Zahlungseingang", "Payment received"),
    "opening": ("Solde initial", "Beginsaldo", "Anfangssaldo", "Opening balance"),
    "closing": ("Solde final", "Eindsaldo", "Endsaldo", "Closing balance"),
    "movements": ("Mouvements", "Bewegingen", "Buchungen", "Movements"),
    "not_printed": (
        "{count} autres lignes : voir le relevé en CSV",
        "Nog {count} lijnen: zie het overzicht als CSV",
        "{count} weitere Zeilen: siehe den Auszug als CSV",
        "{count} more lines: see the statement as CSV",
    ),
    "open_items": (
        "Ouvert au {day}, selon l'échéance",
        "Openstaand op {day}, volgens vervaldatum",
        "Offen am {day}, nach Fälligkeit",
        "Open on {day}, by due date",
    ),
    "amount": ("Montant", "Bedrag", "Betrag", "Amount"),
    "NOT_DUE": ("Non échu", "Nog niet vervallen", "Nicht fällig", "Not due"),
    "LATE_1_30": (
        "1 à 30 jours de retard",
        "1 tot 30 dagen vervallen",
        "1 bis 30 Tage überfällig",
        "1 to 30 days late",
    ),
    "LATE_31_60": (
        "31 à 60 jours de retard",
        "31 tot 60 dagen vervallen",
        "31 bis 60 Tage überfällig",
        "31 to 60 days late",
    ),
    "LATE_OVER_60": (
        "Plus de 60 jours de retard",
        "Meer dan 60 dagen vervallen",
        "Über 60 Tage überfällig",
        "Over 60 days late",
    ),
    "unused_credit": (
        "Crédit à utiliser",
        "Beschikbaar tegoed",
        "Verfügbares Guthaben",
        "Credit to use",
    ),
    "unallocated": (
        "Paiements non imputés",
        "Niet-toegewezen betalingen",
        "Nicht zugeordnete Zahlungen",
        "Payments not allocated yet",
    ),
    "explanation": (
        "Débit : ce que nous vous avons facturé. Crédit : vos paiements et nos notes de crédit. "
        "Un solde positif est à payer ; un solde négatif est en votre faveur.",
        "Debet: wat wij u hebben gefactureerd. Credit: uw betalingen en onze creditnota's. "
        "Een positief saldo is te betalen, een negatief saldo is in uw voordeel.",
        "Soll: was wir Ihnen berechnet haben. Haben: Ihre Zahlungen und unsere Gutschriften. "
        "Ein positiver Saldo ist zu zahlen, ein negativer ist ein Guthaben zu Ihren Gunsten.",
        "Debit: what we have charged you. Credit: your payments and our credit notes. "
        "A balance above zero is to be paid; one below zero is in your favour.",
    ),
    "page": (
        "Page {page} sur {pages}",
        "Pagina {page} van {pages}",
        "Seite {page} von {pages}",
        "Page {page} of {pages}",
    ),
    "logo_alt": ("Logo de {name}", "Logo van {name}", "Logo von {name}", "Logo of {name}"),
}


def statement_words(language: str) -> dict[str, str]:
    """Every word in that language; English for one that documents are not printed in."""
    return in_language(_WORDS, language)


def statement_filename(statement: Statement, *, language: str) -> str:
    """What its file is called, without the ending: Boulangerie Martin Kontoauszug 2026-01-01 2026-12-31."""
    name = statement_words(language)["statement"]
    days = f"{statement.first.isoformat()} {statement.last.isoformat()}"
    return f"{safe_stem(statement.company.name)[:60].strip()} {name} {days}"
