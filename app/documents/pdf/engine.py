"""The one typst compiler of a process: data and a template in, PDF/A-3a and PDF/UA-1 out, the same bytes each time."""

import base64
import json
import re
import struct
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import typst

from app.documents.pdf.glyphs import FONT_FOLDER
from app.domain.ports import Brand, RenderingFailed

_TEMPLATES = Path(__file__).parent / "templates"
# Templates import nothing from outside, and this folder is never made: a package cannot come in.
_NO_PACKAGES = _TEMPLATES / "packages"
_STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PNG = b"\x89PNG\r\n\x1a\n"
_LOGO_HEIGHT_MM = 13.0
_LOGO_WIDTH_MM = 60.0
_KEPT_COMPILES = 11
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # PDF dates and ZIP tools agree from here on


class Engine:
    """One compiler per process, used by one thread at a time: two at once are no faster.

    It is made at the first document, so that a server may fork before it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def draw(
        self,
        template: str,
        content: Mapping[str, Any],
        *,
        on: date,
        name: str,
        is_large: bool = False,
    ) -> bytes:
        """The PDF that `template` makes of `content`; its texts are data, never markup.

        `on` is the date in the file, so equal arguments give equal bytes in every process. After one that
        `is_large` memory is given back, which takes a third as long as drawing it.
        Raises RenderingFailed, with `name` as the number of what was to be drawn.
        """
        try:
            with self._lock:
                pdf = self._ready_compiler().compile(
                    str(_TEMPLATES / template),
                    format="pdf",
                    sys_inputs={"page": json.dumps(content, ensure_ascii=False)},
                    pdf_standards=_STANDARDS,
                    timestamp=max(datetime.combine(on, time(), tzinfo=UTC), _EARLIEST),
                )
                if is_large:
                    self._forget()
        except typst.TypstError as error:
            raise RenderingFailed(number=name, reason=error.message) from error
        if not isinstance(pdf, bytes):
            raise RenderingFailed(number=name, reason="the engine made no single file")
        return pdf

    def _forget(self) -> None:
        """The compiler remembers the parts of its last ten documents: 100 MB for each of 1,000 lines."""
        for _ in range(_KEPT_COMPILES):
            self._ready_compiler().compile(b"", format="pdf", sys_inputs={})

    def _ready_compiler(self) -> typst.Compiler:
        if self._compiler is None:
            fonts = typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=[str(FONT_FOLDER)],
            )
            self._compiler = typst.Compiler(
                root=str(_TEMPLATES),
                font_paths=fonts,
                ignore_system_fonts=True,
                package_path=str(_NO_PACKAGES),
                package_cache_path=str(_NO_PACKAGES),
            )
        return self._compiler


ENGINE = Engine()


def looks(brand: Brand) -> dict[str, object]:
    """What templates take of a brand. Raises RenderingFailed where it cannot be drawn."""
    if not _COLOUR.fullmatch(brand.colour):
        raise RenderingFailed(reason="the brand colour is not #rrggbb")
    if brand.logo_png is None:
        return {"colour": brand.colour, "logo": ""}
    width, height = _png_size(brand.logo_png)
    return {
        "colour": brand.colour,
        "logo": _svg_around(brand.logo_png, width=width, height=height),
        "logo_mm": min(_LOGO_HEIGHT_MM, _LOGO_WIDTH_MM * height / width),
    }


def _png_size(png: bytes) -> tuple[int, int]:
    width, height = (
        struct.unpack(">II", png[16:24]) if png.startswith(_PNG) and len(png) > 24 else (0, 0)
    )
    if not width or not height:
        raise RenderingFailed(reason="the brand logo is not a PNG")
    return width, height


def _svg_around(png: bytes, *, width: int, height: int) -> str:
    """The picture as a text, which the template takes as it takes others."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" '
        f'href="data:image/png;base64,{base64.b64encode(png).decode("ascii")}"/></svg>'
    )
