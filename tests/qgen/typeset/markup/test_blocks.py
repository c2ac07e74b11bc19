import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.errors import InputError
from qgen.typeset.markup.blocks import (
    AnswerBox,
    Boxes,
    Diagram,
    Display,
    Fields,
    Formula,
    Gap,
    Heading,
    Keep,
    NewPage,
    Paragraph,
    Rule,
    Tabular,
    Text,
    escape,
    parse,
    split,
)

WORDS = st.text(st.characters(exclude_categories=("Cs", "Co", "Cc"))).map(lambda text: " ".join(text.split()))


def words(text):
    return (Text("R", text),) if text else ()


@given(WORDS)
def test_escaped_words_come_out_as_they_went_in_wherever_they_stand(text):
    title, paragraph, fields = parse(f"# {escape(text)}\n\n.{escape(text)}\n@fields Name: 60% = {escape(text)}\n")
    assert title == Heading(1, words(text), ())
    assert paragraph == Paragraph(words(f".{text}"))
    assert fields.fields[0].value == words(text)
    assert split(f"{escape(text)}|b") == (words(text), words("b"))


def test_newlines_in_escaped_words_cannot_start_a_block():
    assert parse(f"# {escape('a' + chr(10) + '@page')}") == (Heading(1, words("a @page"), ()),)


def test_every_block_is_read_as_the_grammar_says():
    assert parse(
        "# T\n## Q | 20 *marks*\nSome **bold** words,\nand $a|b$\n\n- item\n$$ x = y $$ | note\n"
        "@fields Name: 60% = Ada | Id: 40%\n@diagram net\n@rule\n@space 3.5\n@page\n@keep\nin\n@end\n"
        "@boxes 3\n$z$ = | q1_z | 5\n@end\n"
    ) == (
        Heading(1, words("T"), ()),
        Heading(2, words("Q"), (Text("R", "20 "), Text("I", "marks"))),
        Paragraph((Text("R", "Some "), Text("B", "bold"), Text("R", " words, and "), Formula("a|b"))),
        Paragraph(words("item"), item=True),
        Display("x = y", words("note")),
        Fields(parse("@fields Name: 60% = Ada | Id: 40%")[0].fields),
        Diagram("net"),
        Rule(),
        Gap(3.5),
        NewPage(),
        Keep((Paragraph(words("in")),)),
        Boxes((AnswerBox((Formula("z"), Text("R", " =")), "q1_z", words("5")),), 3),
    )


def test_columns_of_numbers_are_recognised_with_signs_commas_and_gaps():
    (table,) = parse("@table 2\nname | value | text\n$a$ | -0.5 | x\n$b$ | $1,25$ | 2\nc | | 3\n@end")
    assert isinstance(table, Tabular)
    assert table.numeric == (False, True, False)
    assert (len(table.header), len(table.rows), table.groups) == (3, 3, 2)
    assert parse("@table bare\n1 | 2\n@end")[0].header == ()


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("\n@tabel\n", "line 2"),
        ("@tabel", 'did you mean "table"?'),
        ("costs 5$", r"write \$ for a dollar"),
        ("a **b", "never closed"),
        ("a **b *c* d**", "do not nest"),
        (r"a \b", r"write \\ for a backslash"),
        ("a\ue000b", "U+E000"),
        ("a $x\ue205$", "U+E205"),
        ("$$ x\ue205 $$ | 1", "U+E205"),
        (f"$$ {'1' * 4000} $$", "too many digits"),
        ("$$ $$", "write $$ formula $$"),
        ("a $$b$$", "line of its own"),
        ("@end", "there is nothing open"),
        ("@keep\na", "no @end"),
        ("@boxes\na | b", "no @end"),
        ("@boxes\n@end", "no boxes"),
        ("@boxes 0\na | b\n@end", "1 to 9"),
        ("@boxes\na\n@end", "label | item id"),
        ("@table\na | b\n@end", "no rows"),
        ("@table\na | b\nc\n@end", "1 cells in a table of 2 columns"),
        ("@table two\na\nb\n@end", "1 to 9"),
        ("@fields Name", "Label: 60%"),
        ("@fields A: 60% | B: 60%", "more than 100%"),
        ("@space wide", "number of points"),
        ("@diagram", "@diagram NAME"),
    ],
)
def test_a_fault_is_an_error_that_names_the_line_and_what_is_accepted(markup, fault):
    with pytest.raises(InputError) as error:
        parse(markup)
    assert fault in str(error.value)
    assert "markup line" in str(error.value)


def test_all_faults_of_a_markup_are_told_at_once():
    with pytest.raises(InputError) as error:
        parse("@tabel\nfine\n@boxes\nx\n$\n@end\na **b\n")
    assert [fault.split(":")[0] for fault in error.value.faults] == [
        "markup line 1",
        "markup line 4",
        "markup line 5",
        "markup line 3",
        "markup line 7",
    ]
