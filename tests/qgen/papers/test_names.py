"""Names beyond the fixed tables, as they stand in a finished document."""

import hashlib
import io
import re
import subprocess
import sys

import pypdf
import pytest
from viewers import faults
from viewers import text as shown

from qgen.typeset.fonts import typefaces
from qgen.typeset.page.pages import render


def pdf(name):
    markup = f"# Exam\n@fields Name: 60% = {name} | Student id: 40% = S1\n\nOne **{name}** *{name}* more.\n"
    return render(markup, header=f"Exam | {name}", footer="{page}", drawings={}, title=f"Exam: {name}", form={"a": "b"})


def fonts(data):
    return pypdf.PdfReader(io.BytesIO(data)).pages[0]["/Resources"]["/Font"]


@pytest.mark.parametrize(
    "name", ["王小明", "渡辺さくら", "김민준", "\U00020bb7田", "Нгуен Жук", "Nguyễn Ượng", "محمد علي"]
)
def test_a_name_is_embedded_costs_little_and_reads_back(name, tmp_path):
    data = pdf(name)
    for font in fonts(data).values():
        drawn = font.get("/DescendantFonts", [font])[0].get_object()
        assert {"/FontFile2", "/FontFile3"} & drawn["/FontDescriptor"].keys()
    assert len(data) < len(pdf("Ada Lee")) + 5000 * (1 + name.count(" "))
    (tmp_path / "a.pdf").write_bytes(data)
    assert re.sub("[\u202a-\u202e]", "", shown(tmp_path / "a.pdf")).count(name) == 4
    assert faults(tmp_path / "a.pdf") == []
    assert pypdf.PdfReader(io.BytesIO(data)).metadata.title == f"Exam: {name}"


def test_a_name_leaves_all_lines_where_they_are():
    def places(name):
        page = pypdf.PdfReader(io.BytesIO(pdf(name))).pages[0]
        return re.findall(r"1 0 0 1 [\d.]+ ([\d.]+) cm", page.get_contents().get_data().decode("latin-1"))

    assert len(places("Ada")) > 5
    assert places("Ada") == places("王小明") == places("Жук")


def test_the_bytes_do_not_hang_on_what_was_printed_before_nor_on_the_process():
    first = pdf("王小明 Жук")
    pdf("明小李 Њ Ж"), pdf("さくら")
    assert pdf("王小明 Жук") == first
    code = (
        "import sys, hashlib, importlib.util as u; from pathlib import Path; from qgen.typeset.fonts import typefaces;"
        "typefaces.folders = lambda: list(map(Path, sys.argv[2:])); sys.path += [str(Path(sys.argv[1]).parents[2])];"
        "spec = u.spec_from_file_location('names', sys.argv[1]); names = u.module_from_spec(spec);"
        "spec.loader.exec_module(names); print(hashlib.sha256(names.pdf('王小明 Жук')).hexdigest())"
    )
    command = [sys.executable, "-c", code, __file__, *map(str, typefaces.folders())]
    other = subprocess.run(command, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(first).hexdigest()


def test_a_paper_without_such_a_name_looks_for_no_fonts():
    code = (
        "import sys; from qgen.typeset.fonts import typefaces; from qgen.typeset.page.pages import render;"
        "render('# Zoë Ångström\\n', header='a', footer='b', drawings={}, title='t');"
        "print('fontTools.cffLib' in sys.modules, typefaces.files.cache_info().misses)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "0"]
