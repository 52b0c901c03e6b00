"""Who one can be at the provider."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """An account at the provider. `is_email_verified` None: the provider says nothing about it."""

    subject: str
    name: str
    email: str | None
    is_email_verified: bool | None
    about: str = ""


PEOPLE = (
    Person(
        "7d1c-claire",
        "Claire Dubois",
        "claire@boulangerie-martin.example",
        True,
        "Verified address of an approved domain: she is let in at once.",
    ),
    Person(
        "2ab9-marc",
        "Marc Manager",
        "marc@issuer.example",
        True,
        "Verified address of a domain that nobody approved: he has to link this account first.",
    ),
    Person(
        "90fe-bruno",
        "Bruno Billing",
        "bruno@boulangerie-martin.example",
        False,
        "Address that was never verified: it proves nothing.",
    ),
    Person(
        "c3d4-sam",
        "Sam Stranger",
        "sam@elsewhere.example",
        True,
        "Somebody the portal does not know.",
    ),
)
