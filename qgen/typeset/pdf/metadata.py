"""The catalog of a document and what it says about itself, to people, screen readers and libraries."""

from html import escape

from qgen.typeset.pdf.objects import File, plain, text_string

PRODUCER = "backprop-exam"


def add_catalog(file: File, *, pages: int, tree: int, form: str, title: str, language: str) -> bytes:
    """The finished file: page tree, structure tree, form and metadata bound together. It claims to be PDF/UA-1."""
    info = file.add(f"<</Title{text_string(title)}/Producer{text_string(PRODUCER)}>>")
    metadata = file.stream(plain(_xmp(title), "/Type/Metadata/Subtype/XML"))
    root = file.add(
        f"<</Type/Catalog/Pages {pages} 0 R/StructTreeRoot {tree} 0 R/MarkInfo<</Marked true>>"
        f"/Lang{text_string(language)}/ViewerPreferences<</DisplayDocTitle true>>/Metadata {metadata} 0 R"
        f"{'/AcroForm' if form else ''}{form}>>"
    )
    return file.finish(root, info)


def _xmp(title: str) -> bytes:
    """ISO 16684-1, with no dates; the claim is that of ISO 14289-1, clause 5."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<pdf:Producer>{PRODUCER}</pdf:Producer><pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF>"
        '</x:xmpmeta><?xpacket end="r"?>'
    ).encode()
