"""PDFs as other people's programs see them: PDFium (Chrome and Edge), qpdf and MuPDF, all from wheels."""

from pathlib import Path

import pikepdf
import pymupdf
import pypdfium2
from pypdfium2 import raw

READ_ONLY = 1

Fields = list[list[str]]
"""The names of a form's fields, and of those that are read-only, sorted."""


def pages(path: Path) -> list[str]:
    """The text of every page, and what stands in its fields."""
    with pymupdf.open(path) as document:
        document.bake()
        return [page.get_text() for page in document]


def text(path: Path) -> str:
    return "\f".join(pages(path))


def held(path: Path) -> dict[str, str]:
    """What stands in each field."""
    with pymupdf.open(path) as document:
        return {field.field_name: field.field_value for page in document for field in page.widgets()}


def picture(path: Path) -> bytes:
    """The first page, 40 pixels to the inch."""
    with pypdfium2.PdfDocument(path, autoclose=True) as document:
        return bytes(document[0].render(scale=40 / 72).buffer)


def faults(path: Path) -> list[str]:
    """What qpdf and MuPDF find wrong with a file."""
    with pikepdf.open(path) as document:
        found = [str(fault) for fault in document.check_pdf_syntax()]
    pymupdf.TOOLS.reset_mupdf_warnings()
    with pymupdf.open(path) as document:
        for page in document:
            page.get_pixmap(dpi=20)
    return found + pymupdf.TOOLS.mupdf_warnings().splitlines()


def fill(paper: Path, filled: Path, texts: dict[str, str]) -> Fields:
    """Fills in a form as a person does in Chrome: into the field, all that is there selected and typed over, out."""
    names, fixed = [], []
    with pypdfium2.PdfDocument(paper, autoclose=True) as document:
        document.init_forms()
        form = document.formenv.raw
        for page in document:
            for number in range(raw.FPDFPage_GetAnnotCount(page.raw)):
                field = raw.FPDFPage_GetAnnot(page.raw, number)
                if raw.FPDFAnnot_GetSubtype(field) == raw.FPDF_ANNOT_WIDGET:
                    name = _name(form, field)
                    names.append(name)
                    if raw.FPDFAnnot_GetFormFieldFlags(form, field) & READ_ONLY:
                        fixed.append(name)
                    elif name in texts:
                        raw.FORM_SetFocusedAnnot(form, field)
                        raw.FORM_SelectAllText(form, page.raw)
                        raw.FORM_ReplaceSelection(form, page.raw, _wide(f"{texts[name]}\0".encode("utf-16-le")))
                        raw.FORM_ForceToKillFocus(form)
                raw.FPDFPage_CloseAnnot(field)
        document.save(filled)
    return [sorted(names), sorted(fixed)]


def _wide(data: bytes) -> object:
    """UTF-16 as PDFium takes it."""
    return (raw.FPDF_WCHAR * (len(data) // 2)).from_buffer_copy(data)


def _name(form: object, field: object) -> str:
    size = raw.FPDFAnnot_GetFormFieldName(form, field, None, 0)
    name = (raw.FPDF_WCHAR * (size // 2))()
    raw.FPDFAnnot_GetFormFieldName(form, field, name, size)
    return bytes(name).decode("utf-16-le").rstrip("\0")
