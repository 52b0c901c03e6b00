"""What a contact person at a company is for."""

from enum import StrEnum


class ContactTopic(StrEnum):
    GENERAL = "GENERAL"
    INVOICES = "INVOICES"
    ORDERS = "ORDERS"
    PAYROLL = "PAYROLL"
    IT = "IT"
