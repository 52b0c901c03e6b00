"""The two lists."""

from django.contrib import admin

from benchmarks.peers.django_admin.models import EveryInvoice, Invoice


@admin.register(Invoice)
class InvoiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg,misc,unused-ignore]
    """What a portal's list shows."""

    list_display = ["number", "issued_on", "due_on", "payment_state", "amount", "address"]
    list_filter = ["kind", "payment_state", "issued_on"]
    search_fields = ["search_text"]
    ordering = ["-issued_on", "-id"]
    list_per_page = 25
    show_full_result_count = False

    @admin.display(description="Montant")
    def amount(self, row: Invoice) -> str:
        return f"{row.signed_cents / 100:.2f} {row.currency}"

    @admin.display(description="Ouvert")
    def open_amount(self, row: Invoice) -> str:
        return f"{row.open_cents / 100:.2f} {row.currency}"


@admin.register(EveryInvoice)
class EveryInvoiceAdmin(InvoiceAdmin):
    """What a back-office's list shows."""

    list_display = [
        "number",
        "company",
        "kind",
        "issued_on",
        "due_on",
        "amount",
        "open_amount",
        "payment_state",
    ]
