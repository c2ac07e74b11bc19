"""Canvas: one quiz for the whole class, a form for the answers to printed papers: it holds no key and no variant.

Its questions are texts, not numbers, so that Canvas keeps what is typed as it is.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qgen.exam.exam import Exam
from qgen.export.archive import put
from qgen.export.content import Content, cleaned
from qgen.export.qti import STIMULUS, TEXT_BOX, assessment, item_xml, manifest, meta
from qgen.export.ranges import exact, text
from qgen.files import whole_file


def write_canvas_form(
    exam: Exam, target: str | Path, *, templates: str | Path | None = None, force: bool = False
) -> int:  # fmt: skip
    """The quiz as a zip, whole or not at all; returns how many questions it holds."""
    form = Form(exam, Path(templates) if templates else None)
    name, title = f"{form.prefix}-form", form.say("form", cleaned(exam.spec.title))
    with whole_file(target, force=force) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        put(archive, "imsmanifest.xml", manifest(form.prefix, [name], ()))
        put(archive, f"{name}/{name}.xml", assessment(name, title, "form", form.questions(name)))
        put(archive, f"{name}/assessment_meta.xml", meta(name, title, exam))
    return len(exam.items) + form.asks_variant


@dataclass(frozen=True)
class Form(Content):
    """Writes the questions: the same for all students."""

    layout = "canvas.txt"

    @property
    def asks_variant(self) -> bool:
        """Whether only the students know which paper they had."""
        return not self.exam.students

    def questions(self, quiz: str) -> Iterator[str]:
        """A text on how to fill it in, the variant's number where no roster knows it, then every item."""
        above, exam = f"{quiz}-text", self.exam.short_checksum
        words = self.laid_out("form", self.exam.spec.rounding)
        yield item_xml(above, "text", {"question_type": "text_only_question", "points_possible": "0"}, words)
        if self.asks_variant:
            tag = f"variant {exam}"
            yield self._question(f"{quiz}-variant", above, tag, "0", self.laid_out("which_variant", tag))
        for k, groups in enumerate(self.groups):
            for place, _, items in groups:
                for item in items:
                    tag = f"{item.id} {exam}"
                    body = self.laid_out("item", tag, self.names[k][item.step], place, "")
                    yield self._question(f"{quiz}-{item.id}", above, tag, text(exact(item.marks)), body)

    def _question(self, identity: str, above: str, tag: str, points: str, body: str) -> str:
        fields = {"question_type": "short_answer_question", "points_possible": points, STIMULUS: above}
        return item_xml(identity, tag, fields, body, box=TEXT_BOX)
