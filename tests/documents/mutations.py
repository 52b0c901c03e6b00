"""Documents as nobody should send them: made from good ones by hand, by accident, or to harm."""

import random
import re

from hypothesis import strategies as st
from lxml import etree

from app.documents import ubl_writer
from app.documents.embedded_pdf import EmbeddedPdf
from tests.documents import samples

ODD_TEXTS = [
    "",
    " ",
    "0",
    "-0",
    "1e309",
    "NaN",
    "Infinity",
    "9" * 14,
    "9" * 30,
    "9" * 5000,
    "0." + "0" * 40 + "1",
    "1,5",
    "٣",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "2026-11-22T25:61:00",
    "2026-11-22+99:99",
    "26-1-1",
    "EUR",
    "ZZZ",
    "XXX",
    "true",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "\N{ZERO WIDTH SPACE}",
    "\U0001f600" * 300,
    "=1+1",
    "'; DROP TABLE invoice; --",
    "../../etc/passwd",
    "x" * 300,
    "x" * 70_000,
    "BE0999000228",
    "0208:0999000228",
]
ENTITY = b'<!DOCTYPE a [<!ENTITY b "c">]>'
BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10 if n else b"&a;" * 10) for n in range(9)
    )
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE a SYSTEM "file:///etc/passwd">'


def good_documents() -> list[bytes]:
    """What mutations begin with."""
    return [
        ubl_writer.write(samples.invoice()),
        ubl_writer.write(samples.credit_note()),
        ubl_writer.write(samples.invoice(), pdf=EmbeddedPdf(b"%PDF-1.7 picture", "a.pdf")),
    ]


GOOD = good_documents()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good document with some harm done to its tree, then to its bytes."""
    data = draw(st.sampled_from(GOOD) | samples.einvoices().map(ubl_writer.write))
    chance = draw(st.randoms(use_true_random=False))
    for _harm in range(draw(st.integers(0, 3))):
        data = _harmed_tree(data, chance)
    for _harm in range(draw(st.integers(0, 2))):
        if not data:
            break
        data = draw(st.sampled_from(HARMS))(data, chance)
    return data


def _harmed_tree(data: bytes, chance: random.Random) -> bytes:
    root = etree.fromstring(data)
    elements = list(root.iter())
    chosen, other = chance.choice(elements), chance.choice(elements)
    parent = chosen.getparent()
    kind = chance.randrange(7)
    if kind == 0 and parent is not None:
        parent.remove(chosen)
    elif kind == 1 and parent is not None:
        parent.append(etree.fromstring(etree.tostring(chosen)))
    elif kind == 2:
        chosen[:] = sorted(chosen, key=lambda _each: chance.random())
    elif kind == 3:
        other.append(etree.fromstring(etree.tostring(chosen)))
    elif kind == 4 and chosen.attrib:
        chosen.attrib[chance.choice(list(chosen.attrib))] = chance.choice(ODD_TEXTS)
    else:
        chosen.text = chance.choice(ODD_TEXTS)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def flip(data: bytes, chance: random.Random) -> bytes:
    harmed = bytearray(data)
    for _byte in range(chance.randint(1, 8)):
        harmed[chance.randrange(len(harmed))] = chance.randrange(256)
    return bytes(harmed)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randrange(200))
    return data[:end] + data[start:end] * chance.randint(1, 5) + data[end:]


def with_doctype(data: bytes, chance: random.Random) -> bytes:
    doctype = chance.choice([ENTITY, BOMB, OUTSIDE])
    harmed = re.sub(rb"(<\?xml[^>]*\?>)", rb"\1" + doctype.replace(b"\\", b""), data, count=1)
    return harmed.replace(b"</cbc:ID>", b"&a9;</cbc:ID>", 1)


def reencoded(data: bytes, chance: random.Random) -> bytes:
    name = chance.choice(
        ["utf-16", "utf-16-be", "utf-32", "latin-1", "utf-7", "cp037", "utf-8-sig"]
    )
    text = data.decode("utf-8", "replace")
    if chance.random() < 0.5:
        text = text.replace("UTF-8", chance.choice([name, "no-such-encoding", "UTF-16"]), 1)
    return text.encode(name, "replace")


def nested(data: bytes, chance: random.Random) -> bytes:
    depth = chance.choice([50, 255, 300, 5000])
    return data.replace(b"<cbc:ID>", b"<cbc:ID>" + b"<a>" * depth + b"</a>" * depth, 1)


def with_nul(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"<cbc:Note>", chance.choice([b"<cbc:Note>\0", b"<cbc:Note>&#0;"]), 1)


def emptied(_data: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"", b" \n", b"\xef\xbb\xbf", b"<", b"<a/>", b"PK\x03\x04", b"%PDF-1.7"])


HARMS = [flip, cut, repeat, with_doctype, reencoded, nested, with_nul, emptied]
