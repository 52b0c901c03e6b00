"""What a file is called on somebody else's computer, whatever a document's number holds."""

import re
import unicodedata

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')  # Windows is the strictest
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LONGEST = 100


def safe_stem(text: str, *, fallback: str = "document") -> str:
    """The text as the name of a file without its ending: no folders, no reserved names, not hidden."""
    printable = "".join(
        sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign)[0] != "C"
    )
    stem = _FORBIDDEN.sub("-", printable)[:_LONGEST].strip(" .-")
    if not stem:
        return fallback
    return f"_{stem}" if _RESERVED.fullmatch(stem) else stem
