"""An exam as pandas tables, for people who compute with it; nothing else imports pandas."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from qgen.exam.exam import Exam


def key(exam: Exam) -> pd.DataFrame:
    """A row for every variant and item: what key.csv has, and the item's name as papers write it."""
    items, count = exam.items, len(exam.variants)
    index = pd.MultiIndex.from_product([exam.variants, exam.columns], names=["variant", "item"])
    return pd.DataFrame(
        {
            "name": [item.name for item in items] * count,
            "layer": [item.layer for item in items] * count,
            "part": [item.part for item in items] * count,
            "marks": np.tile([item.marks for item in items], count),
            "value": exam.value.T.ravel(),
            "low": exam.low.T.ravel(),
            "high": exam.high.T.ravel(),
        },
        index=index,
    )


def givens(exam: Exam) -> pd.DataFrame:
    """A row for every variant, a column for every question and given."""
    columns = {(batch.question.id, name): values for batch in exam.batches for name, values in batch.givens.items()}
    table = pd.DataFrame(columns, index=pd.Index(exam.variants, name="variant"))
    table.columns.names = ["question", "given"]
    return table


def questions_html(exam: Exam) -> str:
    """What a notebook shows: the questions of the exam."""
    rows = [
        {
            "question": q.id, "network": q.network.name, "units": q.network.shape, "loss": q.loss.name,
            "iterations": q.iterations, "items": len(q.items), "marks": sum(item.marks for item in q.items),
        }
        for q in (spec.question for spec in exam.spec.questions)
    ]  # fmt: skip
    return f"<p>{escape(repr(exam)[1:-1])}</p>{pd.DataFrame(rows).to_html(index=False)}"
