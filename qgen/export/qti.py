"""IMS Question & Test Interoperability 1.2, as Canvas exports it: a zip of quizzes, their items in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from qgen.exam.exam import Exam
from qgen.export.content import item_marks
from qgen.export.ranges import exact, text

QTI = (
    'xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.imsglobal.org/xsd/ims_qtiasiv1p2 '
    'http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"'
)
NUMBER_BOX, TEXT_BOX = (
    f'<response_str ident="response1" rcardinality="Single"><render_fib{kind}>'
    '<response_label ident="answer1"/></render_fib></response_str>'
    for kind in (' fibtype="Decimal"', "")
)
STIMULUS = "parent_stimulus_item_ident"  # in New Quizzes: the text that belongs to a question
META = "associatedcontent/imscc_xmlv1p1/learning-application-resource"


def manifest(prefix: str, quizzes: Iterable[str], drawings: Iterable[str]) -> str:
    """imsmanifest.xml: a resource for every quiz and every drawing."""
    resources = []
    for name in quizzes:
        resources.append(
            f'<resource identifier="{name}" type="imsqti_xmlv1p2"><file href="{name}/{name}.xml"/>'
            f'<dependency identifierref="{name}-meta"/></resource>\n'
            f'<resource identifier="{name}-meta" type="{META}" href="{name}/assessment_meta.xml">'
            f'<file href="{name}/assessment_meta.xml"/></resource>\n'
        )
    for name in drawings:
        identity = f"{prefix}-{name.removesuffix('.svg')}"
        resources.append(
            f'<resource identifier="{identity}" type="webcontent" href="{name}"><file href="{name}"/></resource>\n'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest identifier="{prefix}" '
        'xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">\n'
        "<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>\n<organizations/>\n"
        f"<resources>\n{''.join(resources)}</resources>\n</manifest>\n"
    )


def meta(name: str, title: str, exam: Exam) -> str:
    """What Canvas' own export says beside a quiz: not to shuffle, and to show no results before they are posted."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<quiz identifier="{name}" xmlns="http://canvas.instructure.com/xsd/cccv1p0">\n'
        f"<title>{escape(title)}</title>\n<shuffle_answers>false</shuffle_answers>\n"
        f"<quiz_type>assignment</quiz_type>\n<points_possible>{text(exact(item_marks(exam)))}</points_possible>\n"
        "<show_correct_answers>false</show_correct_answers>\n<hide_results>always</hide_results>\n"
        "<allowed_attempts>1</allowed_attempts>\n</quiz>\n"
    )


def assessment(name: str, title: str, section: str, items: Iterable[str]) -> str:
    """A quiz's file: its items in one section, in their order."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop {QTI}>\n'
        f'<assessment ident="{name}" title={quoteattr(title)}>\n'
        "<qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel><fieldentry>1</fieldentry>"
        "</qtimetadatafield></qtimetadata>\n"
        f'<section ident="root_section">\n<section ident="{name}-section" title="{section}">\n'
        f"{''.join(items)}</section>\n</section>\n</assessment>\n</questestinterop>\n"
    )


def item_xml(
    identity: str, title: str, fields: Mapping[str, str], body: str, *, box: str = "", response: str = "",
    feedback: str = "",
) -> str:  # fmt: skip
    """One item: a text, or a question with a box; how what is typed there is graded, and the feedback to it."""
    fields = {**fields, "assessment_question_identifierref": f"{identity}-ref"}
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in fields.items()
    )
    return (
        f"<item ident={quoteattr(identity)} title={quoteattr(title)}>\n"
        f"<itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>\n"
        f"<presentation>{material(body)}{box}</presentation>\n{response}{feedback}</item>\n"
    )


def material(markup: str) -> str:
    """Text with markup, as an element."""
    return f'<material><mattext texttype="text/html">{escape(markup)}</mattext></material>'
