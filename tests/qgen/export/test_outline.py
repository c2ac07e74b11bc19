"""An outline says where the boxes are on every paper, and all points of it are those of the exam."""

import csv
import io

import pikepdf
import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.export.outline import outline
from qgen.papers.papers import Papers


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({}), 5, 5)


def test_every_box_of_every_paper_lies_in_one_region_and_regions_do_not_overlap(exam):
    table, notes = outline(exam)
    assert notes == ()
    regions = [{name: float(row[name]) for name in row if name not in ("number", "title")} for row in
               csv.DictReader(io.StringIO(table))]  # fmt: skip
    assert sum(region["points"] for region in regions) == exam.max_score
    for variant in range(len(exam.variants)):
        boxes = 0
        with pikepdf.open(io.BytesIO(Papers(exam).question_paper(variant))) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                for widget in page.obj.Annots:
                    if str(widget.get("/T", "")) in exam.columns:
                        left, bottom, right, top = (float(edge) / 72 * 25.4 for edge in widget.Rect)
                        down = float(page.mediabox[3]) / 72 * 25.4
                        around = [
                            region
                            for region in regions
                            if region["page"] == number
                            and region["left_mm"] - 0.1 <= left
                            and right <= region["left_mm"] + region["width_mm"] + 0.2
                            and region["top_mm"] - 0.1 <= down - top
                            and down - bottom <= region["top_mm"] + region["height_mm"] + 0.2
                        ]
                        assert len(around) == 1
                        boxes += 1
        assert boxes == len(exam.items)


def test_boxes_that_stand_elsewhere_on_another_paper_are_told(exam, monkeypatch):
    from qgen.export import outline as module

    real, asked = module._boxes, []

    def moved(paper, exam):
        asked.append(paper)
        shift = 3.0 * (len(asked) == 2)
        return {name: (page, left + shift, *rest) for name, (page, left, *rest) in real(paper, exam).items()}

    monkeypatch.setattr(module, "_boxes", moved)
    assert "1 of 5 papers stand elsewhere" in outline(exam)[1][0]
