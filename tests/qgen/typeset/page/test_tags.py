import io
import itertools

import pypdf
import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.typeset.page.pages import render

ROLES = {"Document", "H1", "H2", "H3", "H4", "P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "Formula"}
ROLES |= {"Figure", "Form"}
RAGGED = "@table 3 bare\n$a$ | 1\n$b$ | \n$c$ | 3\n$d$ | 4\n@end\n"
LONG = "@table\nname | value\n" + "".join(f"$x_{{{i}}}$ | {i}.5\n" for i in range(80)) + "@end\n"
MIXED = (
    "# T\n@fields Name: 60% -> name | Id: 40% = 7\n- one $x_1$\n- two\n\n## Q | 1 mark\n### P\n#### L\n"
    "Some $a$ and **more** words.\n$$ y = \\frac{1}{2} $$ | not 3\n@boxes\n$z$ | q1_z\n@end\n@page\nEnd\n"
    + RAGGED
    + LONG
)


@pytest.fixture(scope="module")
def exam():
    spec = spec_of({"questions": [{"network": "tanh-heads"}], "course": "Course (1)"})
    return make_exam(spec, 2, 1, students={"s1": "Zoë Žuk", "s2": "王小明"})


@pytest.fixture(scope="module", params=["mixed", "paper", "solution", "name"])
def reader(request, exam):
    papers = Papers(exam)
    data = {
        "mixed": lambda: render(MIXED, header="h | v", footer="{page}", drawings={}, title="T", form={"a": "b"}),
        "paper": lambda: papers.question_paper(0),
        "solution": lambda: papers.solution(0),
        "name": lambda: papers.question_paper(1),
    }[request.param]()
    return pypdf.PdfReader(io.BytesIO(data))


def elements(reader):
    """Every element of the structure tree with its depth, in reading order."""

    def walk(element, depth):
        yield element, depth
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            kid = kid.get_object() if hasattr(kid, "get_object") else kid
            if isinstance(kid, dict) and "/S" in kid:
                assert kid.raw_get("/P").get_object() == element
                yield from walk(kid, depth + 1)

    yield from walk(reader.root_object["/StructTreeRoot"]["/K"].get_object(), 0)


def contents_of(element):
    """(page, number) of the marked content an element holds itself."""
    for kid in element.get("/K", []):
        if isinstance(kid, int):
            yield element.raw_get("/Pg").idnum, int(kid)
        elif isinstance(kid := kid.get_object(), dict) and kid.get("/Type") == "/MCR":
            yield kid.raw_get("/Pg").idnum, int(kid["/MCID"])


def operations(page):
    """The page's operations, each with the tags of the marked content around it and whether one has a number."""
    open_tags, inside = [], []
    for operands, operator in pypdf.generic.ContentStream(page.get_contents(), None).operations:
        if operator in (b"BDC", b"BMC"):
            numbered = operator == b"BDC" and isinstance(operands[1], dict) and "/MCID" in operands[1]
            open_tags.append((operands[0], operands[1]["/MCID"] if numbered else None))
        elif operator == b"EMC":
            open_tags.pop()
        inside.append((operator, list(open_tags)))
    assert not open_tags
    return inside


def test_every_piece_of_marked_content_is_in_the_tree_exactly_once_and_the_parent_tree_finds_it(reader):
    found = [place for element, _ in elements(reader) for place in contents_of(element)]
    assert len(found) == len(set(found))
    numbers = reader.root_object["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    marked = set()
    for page in reader.pages:
        own = {tag[1] for _, tags in operations(page) for tag in tags if tag[1] is not None}
        assert own == set(range(len(own)))
        marked |= {(page.indirect_reference.idnum, number) for number in own}
        owners = parents[page["/StructParents"]].get_object()
        assert len(owners) == len(own)
        for number, owner in enumerate(owners):
            assert (page.indirect_reference.idnum, number) in set(contents_of(owner.get_object()))
    assert marked == set(found)


def test_whatever_is_drawn_belongs_to_an_element_or_is_an_artifact(reader):
    for page in reader.pages:
        for operator, tags in operations(page):
            if operator in (b"Tj", b"f", b"S", b"b", b"INLINE IMAGE"):
                assert any(number is not None or tag == "/Artifact" for tag, number in tags)


def test_roles_are_standard_and_headings_nest(reader):
    roles = [element["/S"][1:] for element, _ in elements(reader)]
    assert set(roles) <= ROLES
    levels = [int(role[1]) for role in roles if role in ("H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_formulas_and_figures_read_aloud_in_words(reader):
    spoken = [element["/Alt"] for element, _ in elements(reader) if element["/S"] in ("/Formula", "/Figure")]
    assert spoken
    assert all(text and not set(text) & set("\\{}_^$") for text in spoken)


def _width(row):
    """The columns that a row's cells take."""
    return sum(cell.get_object().get("/A", {}).get("/ColSpan", 1) for cell in row["/K"])


def test_lists_and_tables_are_built_as_they_should_be(reader):
    inner = {"/L": {"/LI"}, "/LI": {"/Lbl", "/LBody"}, "/Table": {"/TR"}, "/TR": {"/TH", "/TD"}}
    for element, _ in elements(reader):
        kids = {
            kid.get_object()["/S"] for kid in element["/K"] if not isinstance(kid, int) and "/S" in kid.get_object()
        }
        if element["/S"] in inner:
            assert kids <= inner[element["/S"]]
            assert kids
        if element["/S"] == "/Table":
            assert len({_width(row.get_object()) for row in element["/K"]}) == 1
            heads = [e for e, _ in elements(reader) if e["/S"] == "/TH"]
            assert heads
            assert all(head["/A"]["/Scope"] in ("/Row", "/Column") for head in heads)


def test_every_field_has_a_form_element_a_tooltip_and_a_look_of_its_own(reader):
    forms = {
        kid.get_object().raw_get("/Obj").idnum: element
        for element, _ in elements(reader)
        if element["/S"] == "/Form"
        for kid in element["/K"]
    }
    numbers = reader.root_object["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    seen = set()
    for page in reader.pages:
        assert page["/Tabs"] == "/S"
        for reference in page.get("/Annots", []):
            field = reference.get_object()
            if field["/F"] == 2:
                continue
            seen.add(reference.idnum)
            assert parents[field["/StructParent"]].get_object() == forms[reference.idnum]
            assert field["/TU"]
    assert seen == set(forms)


def test_a_document_tells_its_language_its_title_and_that_it_is_tagged(reader):
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert f">{reader.metadata.title}<" in root["/Metadata"].get_data().decode()


def test_every_file_claims_to_be_accessible_as_all_typefaces_are_embedded(exam):
    for variant in (0, 1):
        reader = pypdf.PdfReader(io.BytesIO(Papers(exam).question_paper(variant)))
        assert b"pdfuaid:part>1<" in reader.root_object["/Metadata"].get_data()


def test_a_formula_on_two_pages_and_a_table_over_two_pages_stay_one_element():
    wide = " + ".join(r"\dfrac{a}{b}" for _ in range(900))
    data = render(f"$$ x = {wide} $$\n", header="", footer="", drawings={}, title="t")
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert len(reader.pages) > 1
    assert [element["/S"] for element, _ in elements(reader)] == ["/Document", "/Formula"]
    reader = pypdf.PdfReader(io.BytesIO(render(LONG, header="", footer="", drawings={}, title="t")))
    roles = [element["/S"] for element, _ in elements(reader)]
    assert (roles.count("/Table"), roles.count("/TR"), roles.count("/TH")) == (1, 81, 2)
