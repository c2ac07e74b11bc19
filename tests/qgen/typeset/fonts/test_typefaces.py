"""Where fonts are found, in which order, and what to do where there is none."""

import pytest
from fontTools.ttLib import TTCollection, TTFont

from qgen.typeset.fonts import typefaces
from qgen.typeset.fonts.typefaces import find, region, remedy, script


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two folders of fonts, the user's own first."""
    own, system = tmp_path / "own", tmp_path / "system"
    for folder in (own, system):
        folder.mkdir()
    monkeypatch.setenv(typefaces.OWN, str(own))
    monkeypatch.setattr(typefaces, "folders", lambda: [own, tmp_path / "missing", system])
    kept = (typefaces.files, typefaces.find, typefaces._candidates, typefaces._face)
    for cached in kept:
        cached.cache_clear()
    yield own, system
    for cached in kept:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("王小明", "SC"), ("李龙", "SC"), ("歐陽", "TC"), ("渡辺", "JP"), ("山田さくら", "JP"), ("カー", "JP"),
        ("김", "KR"), ("金김", "KR"), ("太郎", "SC"), ("\U00020bb7", "SC"),
    ],
)  # fmt: skip
def test_the_forms_of_han_characters_follow_the_script_beside_them_or_the_first_standard_that_has_them(word, place):
    assert region(word) == place


def test_a_letter_tells_its_script():
    assert [script(char) for char in "ส王가あカーक𞤀"] == ["THAI", *["CJK"] * 5, "DEVANAGARI", "ADLAM"]


def test_the_users_own_folder_comes_first_then_files_named_by_script_then_the_known_ones(folders, font):
    own, system = folders
    assert find("ส") is None
    typefaces.find.cache_clear(), typefaces.files.cache_clear(), typefaces._candidates.cache_clear()
    font(system / "FreeSerif.ttf", "สก")
    font(system / "SomeThai.ttf", "ส")
    font(system / "NotoSansThai-Bold.ttf", "ส")
    font(system / "NotoSansThai-Regular.ttf", "ส")
    font(system / "Unknown.ttf", "สกข")
    assert find("ส").name == "NotoSansThai-Regular"
    assert find("สก").name == "FreeSerif"
    assert find("ข") is None
    typefaces.find.cache_clear(), typefaces.files.cache_clear(), typefaces._candidates.cache_clear()
    font(own / "Mine.otf", "สข", cff=True)
    assert find("ส").name == find("ข").name == "Mine"
    assert find("\x07") is find("") is None


def test_the_face_of_a_collection_is_that_of_the_region(folders, font):
    collection = TTCollection()
    for place in ("JP", "SC"):
        path = font(folders[0] / f"x{place}.ttf", "太田")
        face = TTFont(path)
        face["name"].setName(f"Noto {place}", 1, 3, 1, 0x409)
        collection.fonts.append(face)
    collection.save(folders[1] / "NotoSansCJK-Regular.ttc")
    for path in folders[0].iterdir():
        path.unlink()
    assert find("太田").family.split()[:2] == ["Noto", "SC"]
    assert typefaces._face(typefaces.files()["notosanscjk-regular.ttc"], "JP").family.split()[1] == "JP"
    assert typefaces._face(typefaces.files()["notosanscjk-regular.ttc"], "KR").family.split()[1] == "JP"


def test_the_remedy_is_one_command_for_the_packages_that_are_missing_and_help(monkeypatch):
    monkeypatch.setattr(typefaces, "find_spec", lambda name: None)
    assert remedy("王가", False).endswith("-m pip install manimgx-fonts-cjk, or write Latin letters")
    assert remedy("﹠︐", False).endswith("-m pip install manimgx-fonts-cjk, or write Latin letters")
    assert remedy("ส", False).endswith("-m pip install uharfbuzz manimgx-fonts, or write Latin letters")
    assert remedy("ส王", True).endswith("-m pip install manimgx-fonts-cjk manimgx-fonts, or write Latin letters")
    monkeypatch.setattr(typefaces, "find_spec", lambda name: name)
    assert remedy("ส", False).endswith("-m pip install uharfbuzz, or write Latin letters")
    for chars in ("ส", "\u0f40"):
        assert "no font on this machine has them" in remedy(chars, True)
        assert typefaces.OWN in remedy(chars, True)
    assert remedy("\x07", True) == "no typeface has such characters; leave them out"
