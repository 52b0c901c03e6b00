"""The tables, unmanaged: the columns that the lists show and search."""

from django.db import models


class Company(models.Model):
    name = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "company"

    def __str__(self) -> str:
        return str(self.name)


class Address(models.Model):
    name = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "address"

    def __str__(self) -> str:
        return str(self.name)


class Invoice(models.Model):
    company = models.ForeignKey(Company, on_delete=models.DO_NOTHING)
    address = models.ForeignKey(Address, on_delete=models.DO_NOTHING)
    number = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=24, choices=[("INVOICE", "Facture"), ("CREDIT_NOTE", "Note de crédit")]
    )
    issued_on = models.DateField()
    due_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    signed_cents = models.BigIntegerField()
    open_cents = models.BigIntegerField()
    payment_state = models.CharField(
        max_length=24,
        choices=[("OPEN", "Ouverte"), ("PARTLY", "Payée en partie"), ("PAID", "Payée")],
    )
    search_text = models.CharField(max_length=800)

    class Meta:
        managed = False
        db_table = "invoice"

    def __str__(self) -> str:
        return str(self.number)


class EveryInvoice(Invoice):
    """The same rows, for the back-office's list."""

    class Meta:
        proxy = True
