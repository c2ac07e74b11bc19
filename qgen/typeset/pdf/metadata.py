"""The catalog of a document and what it says about itself, to people, screen readers and libraries."""

from html import escape

from qgen.typeset.pdf.objects import File, plain, text_string

PRODUCER = "backprop-exam"


def add_catalog(
    file: File,
    *,
    pages: int,
    tree: int,
    form: str,
    title: str,
    author: str,
    subject: str,
    language: str,
) -> bytes:
    """The finished file: page tree, structure tree, form and metadata bound together. It claims to be PDF/UA-1."""
    known = {"Title": title, "Subject": subject, "Author": author, "Producer": PRODUCER}
    info = file.add(f"<<{''.join(f'/{key}{text_string(value)}' for key, value in known.items() if value)}>>")
    metadata = file.stream(plain(_xmp(title, author, subject), "/Type/Metadata/Subtype/XML"))
    root = file.add(
        f"<</Type/Catalog/Pages {pages} 0 R/StructTreeRoot {tree} 0 R/MarkInfo<</Marked true>>"
        f"/Lang{text_string(language)}/ViewerPreferences<</DisplayDocTitle true>>/Metadata {metadata} 0 R"
        f"{'/AcroForm' if form else ''}{form}>>"
    )
    return file.finish(root, info)


def _xmp(title: str, author: str, subject: str) -> bytes:
    """ISO 16684-1, with no dates; the claim is that of ISO 14289-1, clause 5."""
    parts = [f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>']
    if author:
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>")
    if subject:
        text = f'<rdf:li xml:lang="x-default">{escape(subject)}</rdf:li>'
        parts.append(f"<dc:description><rdf:Alt>{text}</rdf:Alt></dc:description>")
    parts.append(f"<pdf:Producer>{PRODUCER}</pdf:Producer>")
    parts.append("<pdfuaid:part>1</pdfuaid:part>")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        f'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">{"".join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="r"?>'
    ).encode()
