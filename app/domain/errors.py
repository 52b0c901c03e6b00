"""The error every refusal of the product derives from: a code and its facts, never a sentence."""

from typing import ClassVar


class DomainError(Exception):
    """Something the business refuses, or a port could not do.

    `code` is stable, snake_case and unique per meaning: views turn it into a sentence in the
    reader's language. `params` are the facts that sentence may name; they hold no secret and
    no IBAN, because they are logged. Subclasses are named after what happened.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        if not self.params:
            return self.code
        facts = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} ({facts})"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions pickle by positional arguments, and ours are named.
        return (_rebuild, (type(self), self.params))


def _rebuild(error: type[DomainError], params: dict[str, object]) -> DomainError:
    return error(**params)
