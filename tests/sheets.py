"""Reading back what the product writes for spreadsheets: the cells of an Excel file, by their kind."""

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from typing import Any

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def rows_of_csv(data: bytes) -> list[list[str]]:
    """Raises where it is no CSV at all, or has no byte-order mark."""
    assert data.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";", strict=True))


def sheets_of(data: bytes) -> list[list[list[Any]]]:
    """Sheets, rows, cells: texts as str, days as date, other numbers as float; a formula fails."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        assert not [name for name in book.namelist() if "external" in name or "vba" in name]
        styles = _day_styles(book.read("xl/styles.xml"))
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        return [_rows(book.read(name), styles) for name in names]


def _day_styles(data: bytes) -> set[str]:
    root = etree.fromstring(data)
    formats = {one.get("numFmtId"): one.get("formatCode") for one in root.iter(f"{MAIN}numFmt")}
    [styles] = root.iter(f"{MAIN}cellXfs")
    return {
        str(number)
        for number, one in enumerate(styles)
        if "yyyy" in (formats.get(one.get("numFmtId")) or "")
    }


def _rows(data: bytes, day_styles: set[str]) -> list[list[Any]]:
    root = etree.fromstring(data)
    assert root.find(f".//{MAIN}f") is None, "a formula"
    return [[_value(cell, day_styles) for cell in row] for row in root.iter(f"{MAIN}row")]


def _value(cell: Any, day_styles: set[str]) -> Any:
    if cell.get("t") == "inlineStr":
        assert len(list(cell.iter(f"{MAIN}t"))) == 1, "markup in a text"
        text = cell.find(f".//{MAIN}t").text or ""
        return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    number = float(cell.find(f"{MAIN}v").text)
    if cell.get("s") in day_styles:
        return date(1899, 12, 30) + timedelta(days=number)
    return number
