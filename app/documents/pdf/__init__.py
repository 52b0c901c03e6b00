"""The readable copy of a document: a PDF drawn from what its XML says."""

from app.documents.pdf.renderer import TypstRenderer

__all__ = ["TypstRenderer"]
