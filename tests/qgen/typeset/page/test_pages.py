import hashlib
import io
import random
import re
import subprocess
import sys
import zlib
from itertools import pairwise

import pypdf
import pytest

from qgen.errors import InputError
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Bitmap
from qgen.typeset.fonts.faces import encode
from qgen.typeset.markup.blocks import escape, parse
from qgen.typeset.markup.chunks import chunks
from qgen.typeset.markup.inline import Text
from qgen.typeset.page.corners import corners
from qgen.typeset.page.document import set_lines
from qgen.typeset.page.flow import Flow
from qgen.typeset.page.frame import frame
from qgen.typeset.page.lines import GRID, Line, Piece, shortened, single, wrap
from qgen.typeset.page.pages import render
from qgen.typeset.page.paginate import paginate
from qgen.typeset.page.sheets import SHEETS

MARKUP = r"""# Exam
@fields Name: 60% = Ada | Student id: 40%
The *rate* is $\alpha = 0.7$; **round** to $4$ decimals.
## Question 1 | 20 marks
@table 2
name | value
$w_{11}^{(1)}$ | -0.42
$w_{12}^{(1)}$ | 10.5
$b$ | 0.1
@end
$$ L = \frac{1}{2}\left(a_3 - y\right)^2 $$ | loss
### Forward pass | 5 marks
@boxes
$z_1^{(1)}$ = | q1_z1_1
$a_1^{(1)}$ = | q1_a1_1 | 0.5
@end
"""


def pdf(markup=MARKUP, **changed):
    options = {"header": "Exam | Variant 017", "footer": "{page} of {pages}", "drawings": {}, "title": "Exam"}
    return render(markup, **(options | changed))


def contents(data):
    """The operators of each page."""
    return [page.get_contents().get_data().decode("latin-1") for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_the_same_blocks_give_the_same_bytes_whatever_was_rendered_before_and_in_another_process():
    first = pdf()
    pdf(MARKUP.replace("0.42", "0.97").replace("Ada", "Žuk Жук"))
    assert pdf() == first
    code = (
        "import sys, hashlib; from qgen.typeset.page.pages import render;"
        "data = render(sys.stdin.read(), header='Exam | Variant 017', footer='{page} of {pages}',"
        "drawings={}, title='Exam'); print(hashlib.sha256(data).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], input=MARKUP, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(first).hexdigest()


def test_a_file_tells_its_title_but_no_date():
    data = pdf()
    info = pypdf.PdfReader(io.BytesIO(data)).metadata
    assert dict(info) == {"/Title": "Exam", "/Producer": "backprop-exam"}
    assert b"Date" not in data


def test_all_fonts_are_embedded_subsets_with_a_map_to_unicode_and_a_paper_is_small():
    data = pdf(MARKUP + "Żółć Жук ễ\n")
    fonts = pypdf.PdfReader(io.BytesIO(data)).pages[0]["/Resources"]["/Font"]
    assert {"/R", "/I", "/B", "/N1", "/N2"} <= fonts.keys()
    for font in fonts.values():
        font = font.get_object()
        drawn = font.get("/DescendantFonts", [font])[0].get_object()
        assert {"/FontFile2", "/FontFile3"} & drawn["/FontDescriptor"].keys()
        assert "/ToUnicode" in font
        assert font["/BaseFont"][7] == "+"
    assert len(pdf()) < 40_000


def test_the_text_can_be_read_back():
    text = pypdf.PdfReader(io.BytesIO(pdf(MARKUP + "Żółć Жук (ü)\n"))).pages[0].extract_text()
    for words in ["Exam", "Ada", "20 marks", "10.5", "1 of 1", "Variant 017", "Żółć", "Жук (ü)"]:
        assert words in text
    (page,) = contents(pdf())
    for latex in [r"/ActualText (w_{11}^{\(1\)})", "/ActualText (-0.42)", r"/ActualText (z_1^{\(1\)})"]:
        assert latex in page


def test_numbers_in_a_column_stand_with_their_points_above_each_other():
    lines = Flow(400, {}).lines(parse("@table bare\na | -0.42\nb | 10.5\nc | 7\n@end"))
    before_point = [0.685 + 0.5, 1.0, 0.5]  # em: −0, 10, 7
    ends = [line.pieces[1].x + wide * 10.5 for line, wide in zip(lines, before_point, strict=True)]
    assert max(ends) - min(ends) < 0.01


def test_every_page_has_its_number_and_the_header_and_curly_words_of_people_stay_as_they_are():
    pages = contents(pdf("# A\n@page\nB\n@page\n@page\nC\n", header=escape("{page} of mine") + " | Variant 017"))
    assert len(pages) == 3
    for i, page in enumerate(pages, 1):
        assert f"({i} of 3) Tj" in page
        assert "({page} of mine) Tj" in page
        assert "(Variant 017) Tj" in page


def test_a_long_title_in_the_header_is_shortened_and_leaves_the_variant_alone():
    (page,) = contents(pdf("A", header="long " * 60 + "| Variant 017"))
    assert "(Variant 017) Tj" in page
    title = single((Text("R", "long " * 60),), 9.0)
    cut = shortened((Text("R", "long " * 60),), 300.0, 9.0)
    assert 250 < cut.width <= 300 < title.width
    assert cut.pieces[-1][1].endswith(f"({encode('R', '…')}) Tj ET")


def test_what_says_whose_and_which_page_it_is_is_kept_at_the_cost_of_a_title_however_short():
    (page,) = contents(pdf("A", header=f"A title | Name {'_' * 83} Variant 017"))
    assert "017) Tj" in page
    assert "(A title) Tj" not in page


def test_a_seal_stands_in_all_four_corners_and_moves_nothing_else():
    square = Drawing(30, 30, (Bitmap(0, 0, 30, 8, bytes(8)),))
    (plain,) = contents(pdf("A | B", footer="a | b"))
    (page,) = contents(pdf("A | B", footer="a | b", seal=lambda _: square))
    places = [f"q 1 0 0 1 {x:.2f} {y:.2f} cm {square.operators} Q\n" for x, y in corners(*SHEETS["a4"], 30)]
    assert all(page.count(place) == 1 for place in places)
    for place in places:
        page = page.replace(place, "")
    assert page == plain


def test_what_is_too_wide_for_the_right_of_a_heading_stands_below_it():
    beside, below = (Flow(480, {}).lines(parse(f"# A title of some words | {'course ' * n}\n\nwords")) for n in (3, 8))
    assert [len(lines) for lines in (beside, below)] == [2, 3]
    assert below[0].keep
    assert below[1].keep


def test_what_is_kept_together_but_too_tall_is_broken_where_it_may_be():
    """Groups within a group that no page has room for stay whole."""
    part = "@keep\n### Part\n\nwords\n\n$$ x $$\n@end\n\n"
    lines, _ = set_lines("@keep\n" + part * 30 + "@end\n", 400, {})
    sheets = paginate(lines, 500.0)
    assert len(sheets) > 2
    assert all(not placed.line.tight for sheet in sheets[:-1] for placed in sheet[-1:])
    assert all(sheet[0].line.pieces[0].path[0][0] == "H3" for sheet in sheets)


@pytest.mark.parametrize("seed", range(20))
def test_lines_stay_in_order_on_the_grid_on_the_page_and_with_the_next_where_they_must(seed):
    draw = random.Random(seed)
    lines = [
        Line(draw.uniform(5, 30), draw.uniform(2, 20), (Piece(0, 0, str(i)),), draw.choice([0, 9]), draw.random() < 0.3)
        for i in range(200)
    ]
    sheets = paginate(lines, 700.0)
    assert [placed.line for sheet in sheets for placed in sheet] == lines
    for sheet in sheets:
        bottom = 0.0
        for placed in sheet:
            assert placed.baseline / GRID == pytest.approx(round(placed.baseline / GRID))
            assert placed.baseline - placed.line.ascent >= bottom - 0.01
            bottom = placed.baseline + placed.line.descent
        assert bottom <= 700.01
        assert not sheet[-1].line.keep or sheet is sheets[-1]


@pytest.mark.parametrize("height", range(600, 720, 14))
def test_no_page_ends_in_a_heading_and_no_paragraph_leaves_one_line_alone(height):
    draw = random.Random(3)
    markup = "".join(
        f"## Heading {i} | 5 marks\n\n### Part\n\n{'word ' * draw.choice([5, 30, 60, 100])}\n\n" for i in range(40)
    )
    lines = Flow(frame().text_width, {}).lines(parse(markup))
    sheets = paginate(lines, height)
    assert len(sheets) > 3
    paths = [[placed.line.pieces[0].path[0] for placed in sheet] for sheet in sheets]
    for one, two in pairwise(paths):
        assert one[-1][0] == "P"
        if one[-1] == two[0]:
            assert one[-2] == one[-1]
            assert two[1] == two[0]


def test_a_long_table_repeats_its_header_on_the_next_page():
    rows = "".join(f"$x_{{{i}}}$ | {i}.5\n" for i in range(80))
    pages = contents(pdf(f"@table\nunknown | value\n{rows}@end\n"))
    assert len(pages) == 2
    assert all("(unknown) Tj" in page for page in pages)


def test_a_box_is_on_the_page_of_its_label_and_inside_of_the_margins():
    markup = (
        "@boxes\n" + "".join(f"$\\dfrac{{\\partial L}}{{\\partial w_{i}}}$ = | q1_dw{i}\n" for i in range(60)) + "@end"
    )
    lines = Flow(frame().text_width, {}).lines(parse(markup))
    blanks = [blank for line in lines for blank in line.blanks]
    assert [blank.name for blank in blanks] == [f"q1_dw{i}" for i in range(60)]
    assert all(blank.x > 0 and blank.x + blank.width <= frame().text_width + 0.01 for blank in blanks)
    assert len({(blank.width, blank.height) for blank in blanks}) == 1


@pytest.mark.parametrize("label", ["$z$", r"$\dfrac{x_1^2}{y_1^2}$"])
def test_rows_of_boxes_do_not_touch(label):
    lines = Flow(300, {}).lines(parse("@boxes 1\n" + "".join(f"{label} | q{i}\n" for i in range(9)) + "@end"))
    (sheet,) = paginate(lines, 1e6)
    for upper, lower in pairwise(sheet):
        bottom = upper.baseline - upper.line.blanks[0].y
        top = lower.baseline - lower.line.blanks[0].y - lower.line.blanks[0].height
        assert top - bottom >= 3


def test_words_and_formulas_that_are_too_long_are_broken_or_made_smaller_but_never_leave_the_page():
    name = "x" * 500
    markup = f"# {name}\n@fields Name: 60% = {'Wolfeschlegel' * 20} | Id: 40%\n{name}\n$$ \\text{{{name[:90]}}} $$\n"
    width = frame().text_width
    flow = Flow(width, {})
    for line in flow.lines(parse(markup)):
        assert all(-0.01 <= piece.x <= width for piece in line.pieces)
    for size, bold in ((10.5, False), (18.0, True)):
        strips = wrap((Text("R", name + " and " + name),), width, size, bold=bold)
        assert len(strips) > 8
        assert all(strip.width <= width for strip in strips)
    (page,) = contents(pdf(markup))
    assert f"({name[:90]}) Tj" in page


def test_a_note_stands_beside_the_last_line_of_its_formula_or_below_but_never_on_it():
    flow = Flow(frame().text_width, {})
    beside = set()
    for terms in range(1, 60):
        latex = r"\text{" + "m" * terms + "} = 0.5" if terms > 40 else "x = " + " + ".join(["0.5"] * terms)
        lines = flow.lines(parse(f"$$ {latex} $$ | 0.1234 to 0.1235\n"))
        note = lines[-1].pieces[-1]
        formulas = flow._display_lines(latex, frame().text_width - note.x + 9)
        beside.add(len(lines) == len(formulas))
        assert len(lines) > len(formulas) or note.x >= 18 + formulas[-1].width + 8.9
    assert beside == {True, False}


def test_letter_paper_is_letter_and_an_unknown_paper_is_an_error():
    page = pypdf.PdfReader(io.BytesIO(pdf(paper="letter"))).pages[0]
    assert (page.mediabox.width, page.mediabox.height) == (612, 792)
    with pytest.raises(InputError, match="known: a4, a3, letter"):
        pdf(paper="a5")


def test_an_unknown_drawing_and_a_faulty_formula_are_errors_that_name_them():
    with pytest.raises(InputError, match="@diagram nett"):
        pdf("@diagram nett\n")
    with pytest.raises(InputError, match="sqrt"):
        pdf(r"Here $\sqrt{2}$")
    with pytest.raises(InputError, match=r"U\+0E01"):
        pdf("ก")


def test_streams_are_compressed():
    data = pdf()
    assert b"BT /B" not in data
    assert zlib.decompress(data[data.index(b"stream\n") + 7 :][: data.index(b"endstream")].split(b"\nendstream")[0])


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Łukasz Șțefănescu",
        "Γιώργος Παπαδόπουλος",
        "Владимир Їжак",
        "Nguyễn Thị Ượng",
        "王小明 歐陽靜",
        "山田さくら",
        "김철수",
        "דוד לוי",
        "محمد عبد الله",
        'O\'Brien "The *Rock*" $5 | {page} \\ @end',
        "Wolfeschlegel" * 16,
        "محمد" * 60,
    ],
)
def test_a_name_in_any_script_is_printed_and_can_be_read_back(name):
    data = pdf(f"@fields Name: 60% = {escape(name)} | Id: 40%\n\n**{escape(name)}**\n", header=f"{escape(name)} | 1")
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 1
    if name.isascii() or "Zoë" in name:
        text = reader.pages[0].extract_text()
        assert name.replace(" ", "")[:40] in "".join(text.split())
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        font = font.get_object()
        drawn = font.get("/DescendantFonts", [font])[0].get_object()
        assert {"/FontFile2", "/FontFile3"} & drawn["/FontDescriptor"].keys()


def test_the_chunks_of_a_markup_together_are_its_blocks():
    markup = MARKUP + "\n\n@keep\na\n\nb\n@boxes\n$z$ | q\n\n$a$ | r\n@end\n\n@end\n\n\nlast\n"
    parts = list(chunks(markup))
    assert len(parts) == 3
    assert [block for part in parts for block in parse(part)] == list(parse(markup))


def test_faults_anywhere_in_a_markup_are_told_with_their_lines():
    with pytest.raises(InputError) as error:
        pdf("fine\n\n@tabel\n\nfine\n\n@boxes\nx\n$z$ | q\n@end\n")
    assert [fault.split(":")[0] for fault in error.value.faults] == ["markup line 3", "markup line 8"]


def test_a_paragraph_stays_with_the_formula_it_introduces_also_across_an_empty_line():
    lines, _ = set_lines("Some words\n\n$$ x $$\n\nwords\n\nmore words", 400, {})
    assert [line.keep for line in lines] == [True, False, False, False]


def test_a_table_stays_with_what_follows_only_where_it_says_so():
    for option, kept in (("", False), (" kept", True)):
        lines, _ = set_lines(f"@table bare{option}\n$x$ | 1\n$y$ | 2\n$z$ | 3\n@end\n\n### Part\n\nwords", 400, {})
        assert [line.keep for line in lines] == [True, True, kept, True, False]


def test_digits_in_words_come_out_where_they_stood_whatever_was_set_before():
    for words in ["12 to 34 (5)", "−98 to 76 (0)", "−10 to 20 (3)"]:
        (line,) = Flow(400, {}).lines(parse(f"$$ x $$ | {words} **78** $y_9$ é0\n"))
        drawn = " ".join(piece.operators for piece in line.pieces)
        shown = "".join(re.findall(r"\(((?:\\.|[^()\\])*)\) Tj", drawn)).replace("\\", "")
        assert "".join(char for char in shown if char.isdigit()) == "".join(c for c in words if c.isdigit()) + "7890"


def test_a_hyphen_before_a_number_is_printed_as_a_minus_but_not_within_words_or_in_peoples_words():
    (paragraph,) = parse(f"from -0.5 to (-2), 2020-21, x-1, {escape('-7')}\n")
    assert paragraph.text == (Text("R", "from −0.5 to (−2), 2020-21, x-1, -7"),)


def test_a_new_page_within_what_is_kept_together_loses_nothing():
    lines, _ = set_lines("@keep\none\n\n@page\ntwo\n\nthree\n@end\n\nfour", 400, {})
    sheets = paginate(lines, 700.0)
    assert [len(sheet) for sheet in sheets] == [1, 3]


def test_what_stands_at_the_right_of_no_title_is_drawn_once():
    (line,) = Flow(400, {}).lines(parse("# | words\n"))
    assert len(line.pieces) == 1
