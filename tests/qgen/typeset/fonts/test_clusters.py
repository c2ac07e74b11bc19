"""Letters that combine are shaped, drawn as one, read back as they were written, and never drawn unshaped."""

import pytest

from qgen.errors import InputError
from qgen.typeset.fonts import clusters, typefaces
from qgen.typeset.fonts.bidi import visual
from qgen.typeset.fonts.clusters import COMBINING, breaks_before, cluster_of, clustered, first_letter
from qgen.typeset.fonts.glyphs import Glyphs
from qgen.typeset.private import is_cluster

THAI, DEVANAGARI, THAANA, HEBREW = "สมชายน้อง", "कषिज्", "ދިވެހި", "יוסף\u05b9\u05b5"
SCRIPTS = ("DFLT", "thai", "dev2", "thaa", "hebr")
RULES = "".join(f"languagesystem {tag} dflt;" for tag in SCRIPTS) + "feature ccmp { sub u0E19 u0E49 by joined; } ccmp;"


@pytest.fixture(autouse=True)
def _scripts(font, tmp_path, monkeypatch):
    """One font for all of these scripts, in the user's own folder."""
    marks = "".join(dict.fromkeys(THAI + DEVANAGARI + THAANA + HEBREW))
    font(tmp_path / "Scripts.ttf", "王", marks=marks, features=RULES)
    monkeypatch.setenv(typefaces.OWN, str(tmp_path))
    monkeypatch.setattr(typefaces, "folders", lambda: [tmp_path])
    cached = (typefaces.files, typefaces.find, typefaces._candidates, typefaces._face, clusters.clustered)
    for function in cached:
        function.cache_clear()
    Glyphs("")
    yield
    for function in cached:
        function.cache_clear()
    from qgen.typeset.fonts.glyphs import _whole

    _whole.cache_clear()


def texts(shown):
    return [cluster_of(char)[1].text if is_cluster(char) else char for char in shown]


def test_clusters_together_are_the_word_and_a_ligature_is_one_of_them():
    shown = clustered(THAI)
    assert "".join(texts(shown)) == THAI
    assert "น้" in texts(shown)
    glyphs = [glyph for char in shown for glyph, _, _ in cluster_of(char)[1].glyphs]
    assert "joined" in glyphs
    assert clustered(THAI) == shown


def test_a_vowel_that_is_spoken_after_its_letter_may_be_drawn_before_it():
    (shown,) = clustered("षि")
    assert [glyph for glyph, _, _ in cluster_of(shown)[1].glyphs] == ["u093F", "u0937"]
    assert cluster_of(shown)[1].text == "षि"


def test_a_font_without_rules_for_a_script_is_not_used_for_it(font, tmp_path):
    (tmp_path / "Scripts.ttf").unlink()
    typefaces.files.cache_clear()
    font(tmp_path / "Plain.ttf", "", marks=THAI + "षि", features=RULES.replace("dev2", "beng"))
    assert clustered("षि") is None
    assert clustered(THAI)


def test_letters_written_to_the_left_stand_in_that_order():
    shown = clustered(THAANA)
    assert texts(shown) == ["ދި", "ވެ", "ހި"]
    assert texts(visual(shown, first_letter)) == ["ހި", "ވެ", "ދި"]
    assert texts(visual(f"a {shown}", first_letter)) == ["a", " ", "ހި", "ވެ", "ދި"]


def test_hebrew_without_points_is_left_to_the_papers_own_typefaces():
    assert clustered("יוסף") == "יוסף"
    assert all(map(is_cluster, clustered("יוסף\u05b5")))


def test_a_name_without_a_shaper_or_a_font_is_an_error_and_never_drawn_letter_by_letter(monkeypatch):
    assert Glyphs(THAI).unusual
    with pytest.raises(InputError, match=r'"த" \(U\+0BA4 TAMIL LETTER TA\), "ம".*cannot be printed'):
        Glyphs("Li தமி")
    monkeypatch.setattr(clusters, "can_shape", lambda: False)
    clusters.clustered.cache_clear()
    with pytest.raises(InputError, match="THAI CHARACTER SO SUA"):
        Glyphs(THAI)
    assert Glyphs("יוסף").unusual


def test_a_private_character_from_outside_prints_nothing_of_ours():
    shown = clustered(THAI)
    for strange in (shown, "\U000fffff", "\U0010fffd", f"王{shown[0]}"):
        with pytest.raises(InputError, match="cannot be printed"):
            Glyphs(strange)


def test_too_long_a_word_is_broken_between_clusters_only():
    word = "क्षि" * 3
    starts = [i for i in range(1, len(word)) if breaks_before(word, i)]
    assert starts == [4, 8]
    assert all(breaks_before("王小明", i) for i in (1, 2))


def test_every_letter_of_a_script_that_combines_is_found():
    for char in "สकதবമޔܐߊကខລᠮ𑀓𞤀":
        assert COMBINING.fullmatch(char), char
    for char in "aЖ王가あაԱአ":
        assert not COMBINING.fullmatch(char), char
