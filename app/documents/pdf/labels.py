"""The words printed on documents, in the four languages; not gettext, for a document keeps its own.

Dutch, French and German follow the usage of Belgian invoices; the mentions of exemption are those
of the VAT directive 2006/112/EC, article 226 (11) and (11a).
"""

from collections.abc import Mapping

LANGUAGES = ("fr", "nl", "de", "en")
LOCALES = {language: f"{language}_BE" for language in LANGUAGES}

_WORDS: dict[str, tuple[str, str, str, str]] = {
    "invoice": ("Facture", "Factuur", "Rechnung", "Invoice"),
    "credit_note": ("Note de crédit", "Creditnota", "Gutschrift", "Credit note"),
    "self_billed": (
        "Facture établie par l'acheteur",
        "Factuur uitgereikt door de afnemer",
        "Gutschriftsverfahren",
        "Self-billing",
    ),
    "number": ("Numéro", "Nummer", "Nummer", "Number"),
    "invoice_date": ("Date de facture", "Factuurdatum", "Rechnungsdatum", "Invoice date"),
    "credit_note_date": ("Date", "Datum", "Datum", "Date"),
    "due_date": ("Échéance", "Vervaldatum", "Fällig am", "Due date"),
    "tax_point": ("Fait générateur de la TVA", "Belastbaar feit", "Steuerzeitpunkt", "Tax point"),
    "period": ("Période", "Periode", "Zeitraum", "Period"),
    "customer": ("Client", "Klant", "Kunde", "Customer"),
    "references": ("Références", "Referenties", "Referenzen", "References"),
    "your_reference": ("Votre référence", "Uw referentie", "Ihre Referenz", "Your reference"),
    "customer_number": ("Numéro de client", "Klantnummer", "Kundennummer", "Customer number"),
    "order": ("Commande", "Bestelling", "Bestellung", "Order"),
    "contract": ("Contrat", "Contract", "Vertrag", "Contract"),
    "project": ("Projet", "Project", "Projekt", "Project"),
    "preceding_credit": (
        "Corrige la facture",
        "Corrigeert factuur",
        "Berichtigt Rechnung",
        "Corrects invoice",
    ),
    "preceding_invoice": (
        "Facture précédente",
        "Vorige factuur",
        "Vorherige Rechnung",
        "Preceding invoice",
    ),
    "delivery": ("Livraison", "Levering", "Lieferung", "Delivery"),
    "vat_number": ("Numéro de TVA", "Btw-nummer", "MwSt.-Nummer", "VAT number"),
    "enterprise_number": (
        "Numéro d'entreprise",
        "Ondernemingsnummer",
        "Unternehmensnummer",
        "Enterprise number",
    ),
    "peppol_id": ("Identifiant PEPPOL", "PEPPOL-ID", "PEPPOL-ID", "PEPPOL ID"),
    "tax_representative": (
        "Représentant fiscal",
        "Fiscaal vertegenwoordiger",
        "Steuervertreter",
        "Tax representative",
    ),
    "lines": ("Détail", "Details", "Einzelheiten", "Details"),
    "description": ("Description", "Omschrijving", "Bezeichnung", "Description"),
    "quantity": ("Quantité", "Aantal", "Menge", "Quantity"),
    "unit_price": ("Prix unitaire", "Eenheidsprijs", "Einzelpreis", "Unit price"),
    "vat": ("TVA", "Btw", "MwSt.", "VAT"),
    "amount_excl": ("Montant HTVA", "Bedrag excl.", "Betrag netto", "Amount excl."),
    "per": ("par", "per", "je", "per"),
    "item_reference": ("Réf.", "Ref.", "Art.-Nr.", "Ref."),
    "allowance": ("Remise", "Korting", "Nachlass", "Discount"),
    "charge": ("Supplément", "Toeslag", "Zuschlag", "Charge"),
    "vat_breakdown": ("Détail de la TVA", "Btw-uitsplitsing", "MwSt.-Aufstellung", "VAT breakdown"),
    "vat_rate": ("Taux", "Tarief", "Satz", "Rate"),
    "taxable": ("Base", "Grondslag", "Grundlage", "Taxable amount"),
    "vat_in": ("TVA en", "Btw in", "MwSt. in", "VAT in"),
    "totals": ("Totaux", "Totalen", "Summen", "Totals"),
    "sum_of_lines": (
        "Total des lignes",
        "Totaal van de lijnen",
        "Summe der Positionen",
        "Sum of lines",
    ),
    "total_excl": ("Total HTVA", "Totaal excl. btw", "Gesamt ohne MwSt.", "Total excl. VAT"),
    "total_vat": ("Total TVA", "Totaal btw", "MwSt. gesamt", "Total VAT"),
    "total_incl": ("Total TVAC", "Totaal incl. btw", "Gesamt mit MwSt.", "Total incl. VAT"),
    "prepaid": ("Déjà payé", "Reeds betaald", "Bereits bezahlt", "Already paid"),
    "rounding": ("Arrondi", "Afronding", "Rundung", "Rounding"),
    "to_pay": ("Montant à payer", "Te betalen", "Zahlbetrag", "Amount to pay"),
    "credited": (
        "Montant crédité",
        "Gecrediteerd bedrag",
        "Gutgeschriebener Betrag",
        "Amount credited",
    ),
    "payment": ("Paiement", "Betaling", "Zahlung", "Payment"),
    "beneficiary": ("Bénéficiaire", "Begunstigde", "Zahlungsempfänger", "Beneficiary"),
    "account": ("IBAN", "IBAN", "IBAN", "IBAN"),
    "account_bic": ("IBAN / BIC", "IBAN / BIC", "IBAN / BIC", "IBAN / BIC"),
    "structured": (
        "Communication structurée",
        "Gestructureerde mededeling",
        "Strukturierte Mitteilung",
        "Structured communication",
    ),
    "communication": ("Communication", "Mededeling", "Mitteilung", "Payment reference"),
    "mandate": ("Mandat", "Mandaat", "Mandat", "Mandate"),
    "creditor": (
        "Identifiant du créancier",
        "Schuldeisers-ID",
        "Gläubiger-ID",
        "Creditor identifier",
    ),
    "scan": (
        "Scannez le code avec l'application de votre banque.",
        "Scan de code met de app van uw bank.",
        "Scannen Sie den Code mit Ihrer Banking-App.",
        "Scan the code with your banking app.",
    ),
    "qr_alt": (
        "Code QR de paiement pour l'application de votre banque",
        "QR-code voor betaling met de app van uw bank",
        "QR-Code zur Zahlung mit Ihrer Banking-App",
        "Payment QR code for your banking app",
    ),
    "collected": (
        "Ne payez pas vous-même : le montant est perçu par domiciliation SEPA.",
        "Betaal niet zelf: het bedrag wordt geïnd via SEPA-domiciliëring.",
        "Bitte nicht selbst zahlen: Der Betrag wird per SEPA-Lastschrift eingezogen.",
        "Please do not pay yourself: the amount is collected by SEPA direct debit.",
    ),
    "collected_on": (
        "Ne payez pas vous-même : le montant est perçu par domiciliation SEPA à partir du {date}.",
        "Betaal niet zelf: het bedrag wordt vanaf {date} geïnd via SEPA-domiciliëring.",
        "Bitte nicht selbst zahlen: Der Betrag wird ab dem {date} per SEPA-Lastschrift eingezogen.",
        "Please do not pay yourself: the amount is collected by SEPA direct debit from {date}.",
    ),
    "terms": ("Conditions", "Voorwaarden", "Bedingungen", "Terms"),
    "notes": ("Remarques", "Opmerkingen", "Bemerkungen", "Notes"),
    "page": (
        "Page {page} sur {pages}",
        "Pagina {page} van {pages}",
        "Seite {page} von {pages}",
        "Page {page} of {pages}",
    ),
    "logo_alt": ("Logo de {name}", "Logo van {name}", "Logo von {name}", "Logo of {name}"),
    "attachment": (
        "Le document électronique (UBL) dont cette page est la copie lisible",
        "Het elektronische document (UBL) waarvan deze pagina de leesbare kopie is",
        "Das elektronische Dokument (UBL), dessen lesbare Kopie diese Seite ist",
        "The electronic document (UBL) of which this page is the readable copy",
    ),
    # VAT categories (UNCL 5305) that are not a plain rate.
    "category_AE": (
        "Autoliquidation",
        "Btw verlegd",
        "Steuerschuldnerschaft des Leistungsempfängers",
        "Reverse charge",
    ),
    "category_E": ("Exonéré", "Vrijgesteld", "Steuerbefreit", "Exempt"),
    "category_G": ("Exportation", "Uitvoer", "Ausfuhr", "Export"),
    "category_K": (
        "Livraison intracommunautaire",
        "Intracommunautaire levering",
        "Innergemeinschaftliche Lieferung",
        "Intra-Community supply",
    ),
    "category_O": ("Hors TVA", "Buiten btw", "Nicht steuerbar", "Outside VAT"),
    # Units of UN/ECE Recommendation 20 that a reader would not recognise by their code.
    "unit_HUR": ("h", "u", "Std.", "h"),
    "unit_MIN": ("min", "min", "Min.", "min"),
    "unit_DAY": ("jour(s)", "dag(en)", "Tag(e)", "day(s)"),
    "unit_WEE": ("semaine(s)", "week/weken", "Woche(n)", "week(s)"),
    "unit_MON": ("mois", "maand(en)", "Monat(e)", "month(s)"),
    "unit_ANN": ("an(s)", "jaar", "Jahr(e)", "year(s)"),
    "unit_KGM": ("kg", "kg", "kg", "kg"),
    "unit_GRM": ("g", "g", "g", "g"),
    "unit_TNE": ("t", "t", "t", "t"),
    "unit_LTR": ("l", "l", "l", "l"),
    "unit_MTR": ("m", "m", "m", "m"),
    "unit_MTK": ("m²", "m²", "m²", "m²"),
    "unit_MTQ": ("m³", "m³", "m³", "m³"),
    "unit_KMT": ("km", "km", "km", "km"),
    "unit_KWH": ("kWh", "kWh", "kWh", "kWh"),
    "unit_P1": ("%", "%", "%", "%"),
}

PLAIN_UNITS = frozenset({"", "C62", "EA", "H87", "NAR", "PCE", "XPP", "ZZ", "1I"})
"""Units that mean "one of them" or nothing: a bare quantity says as much."""


def labels(language: str) -> dict[str, str]:
    """Every word in that language; English for one that documents are not printed in."""
    return in_language(_WORDS, language)


def in_language(words: Mapping[str, tuple[str, str, str, str]], language: str) -> dict[str, str]:
    """One column of a table of words in the order of LANGUAGES; English for any other language."""
    column = LANGUAGES.index(language) if language in LANGUAGES else LANGUAGES.index("en")
    return {key: row[column] for key, row in words.items()}
