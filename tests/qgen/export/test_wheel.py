"""The wheel that goes into an autograder is one that pip installs, and marks elsewhere as it does here."""

import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from importlib.metadata import version
from pathlib import Path

from qgen.export.wheel import no_newer, own_files, wheel_of_ourselves
from qgen.papers.words import TEMPLATES

ROOT = Path(__file__).parents[3]


def test_it_holds_both_packages_with_templates_and_samples_and_nothing_else():
    files = dict(own_files())
    assert files["qgen/templates/de/words.txt"] == (TEMPLATES / "de/words.txt").read_bytes()
    assert {name.split("/")[0] for name in files} == {"qgen", "grader"}
    assert [name for name in files if "__pycache__" in name or name.endswith(".pyc")] == []
    ours = {
        path.relative_to(ROOT).as_posix() for package in ("qgen", "grader") for path in (ROOT / package).rglob("*.py")
    }
    assert ours <= files.keys()
    assert any(name.startswith("qgen/samples/") and name.endswith(".toml") for name in files)


def test_its_record_names_every_file_with_its_checksum_and_the_bytes_are_always_the_same():
    name, data = wheel_of_ourselves()
    assert name == f"backprop_exam-{version('backprop-exam')}-py3-none-any.whl"
    assert wheel_of_ourselves() == (name, data)
    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        (record,) = [one for one in wheel.namelist() if one.endswith(".dist-info/RECORD")]
        rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
        assert [row[0] for row in rows] == wheel.namelist()
        for path, checksum, size in rows[:-1]:
            content = wheel.read(path)
            assert int(size) == len(content)
            assert checksum == "sha256=" + urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def test_pip_installs_it_and_its_commands_run(tmp_path):
    name, data = wheel_of_ourselves()
    (tmp_path / name).write_bytes(data)
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", "there", name]
    done = subprocess.run(pip, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code = "import qgen, grader, qgen.papers.words as words; print(qgen.__file__, words.TEMPLATES)"
    there = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "there", capture_output=True, text=True,
                           env={"PYTHONPATH": str(tmp_path / "there")}, check=False)  # fmt: skip
    package, templates = there.stdout.split()
    assert Path(package).is_relative_to(tmp_path)
    assert Path(templates) == tmp_path / "there/qgen/templates"


def test_pip_is_held_to_the_versions_that_are_installed_here():
    lines = no_newer().splitlines()
    assert f"numpy<={version('numpy')}" in lines
    assert f"pikepdf<={version('pikepdf')}" in lines
    assert [line for line in lines if line.startswith(("pytest", "uharfbuzz", "typst"))] == []
