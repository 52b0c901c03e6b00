"""A small checker of what PDF/A-3a and PDF/UA-1 ask of a file; veraPDF is not to be had everywhere."""

import io
from collections.abc import Iterator

import pikepdf

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def problems(pdf: bytes) -> list[str]:
    """What is missing, in words; empty when nothing is."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        claims = _claims(document)
        checks = {
            "claims PDF/A-3a": claims["pdfaid:part"] == "3" and claims["pdfaid:conformance"] == "A",
            "claims PDF/UA-1": claims["pdfuaid:part"] == "1",
            "has an output intent": len(root.get("/OutputIntents", [])) > 0,
            "names its language": str(root.get("/Lang", "")) != "",
            "is tagged": bool(_child(root, "/MarkInfo").get("/Marked", False)),
            "shows its title": bool(
                _child(root, "/ViewerPreferences").get("/DisplayDocTitle", False)
            ),
            "is not encrypted": not document.is_encrypted,
            "associates its attachment": len(root.get("/AF", [])) == 1,
            "embeds every font": all(map(_is_embedded, _fonts(document))),
            "has fonts": any(True for _ in _fonts(document)),
        }
        elements = list(_elements(root.StructTreeRoot.K))
        checks["describes every figure"] = all(
            "/Alt" in each for each in elements if each.get("/S") == "/Figure"
        )
        checks["says what a header is the header of"] = all(
            "/Scope" in _attributes(each) for each in elements if each.get("/S") == "/TH"
        )
    return [name for name, holds in checks.items() if not holds]


def structure_types(pdf: bytes) -> list[str]:
    """The tags of the file in reading order, such as /H1 and /Table."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [str(each.S) for each in _elements(document.Root.StructTreeRoot.K) if "/S" in each]


def attachments(pdf: bytes) -> dict[str, tuple[bytes, str]]:
    """Name to content and relationship."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {
            name: (
                document.attachments[name].get_file().read_bytes(),
                str(document.attachments[name].obj.AFRelationship),
            )
            for name in document.attachments
        }


def _child(parent: pikepdf.Object, key: str) -> pikepdf.Object:
    return parent.get(key, pikepdf.Dictionary())


def _claims(document: pikepdf.Pdf) -> dict[str, str | None]:
    with document.open_metadata() as metadata:
        names = ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")
        return {name: metadata.get(name) for name in names}


def _fonts(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for each in document.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            yield each


def _is_embedded(descriptor: pikepdf.Object) -> bool:
    return any(key in descriptor for key in _FONT_FILES)


def _elements(kids: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            if "/K" in kid:
                yield from _elements(kid.K)


def _attributes(element: pikepdf.Object) -> pikepdf.Object:
    found = element.get("/A", pikepdf.Dictionary())
    if isinstance(found, pikepdf.Array):
        return next(
            (each for each in found if isinstance(each, pikepdf.Dictionary) and "/Scope" in each),
            found[0],
        )
    return found
