"""Printing against Typst: processor time per student for a paper, its worked solution and its key, in the same run.

python benchmarks/papers.py [--n 300] [--cold 30] [--jobs 1000]

Typst (https://typst.app; pip install typst) sets the same words, formulas, tables, rules, boxes and networks, tagged:
one compiler, its sources ready in memory. Ours starts from the drawn numbers, and has form fields and QR codes on top.
Also the whole command for --cold papers, with its peak memory, and --jobs papers on one and two processes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median

from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of
from qgen.memory import seldom_tidied
from qgen.papers.papers import Papers
from qgen.papers.seal import Kind
from qgen.typeset.drawing.svg import svg
from qgen.typeset.markup import blocks as b
from qgen.typeset.markup.blocks import Formula, Inline, parse
from qgen.typeset.math.latex import OPERATORS, Accent, Atom, Bracket, Fence, Fraction, Row, Signs, Space
from qgen.typeset.math.latex import parse as parse_formula

PREAMBLE = """
#set page(paper: "a4", margin: (x: 56.7pt, top: 68pt, bottom: 60pt),
  header: [HEADER #h(1fr) VARIANT #line(length: 100%, stroke: .3pt)],
  footer: context [#line(length: 100%, stroke: .3pt) #h(1fr) page #counter(page).display() of
    #counter(page).final().first()])
#set text(size: 10.5pt)
#show heading.where(level: 1): set text(size: 18pt)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 3): set text(size: 11.5pt)
#show heading.where(level: 4): set text(size: 10.5pt)
#show math.equation.where(block: true): set align(left)
#let title(level, body, right) = heading(level: level)[#body #h(1fr) #text(weight: "regular", size: 10.5pt, right)]
#let display(body, note) = block(breakable: false, grid(columns: (1fr, auto), align: (left, right + bottom),
  pad(left: 18pt, math.equation(block: true, body)), text(size: 9pt, note)))
#let answer(label) = grid(columns: (auto, 1fr), column-gutter: 4pt, align: right + horizon, label,
  rect(width: 100%, height: 19.5pt, stroke: .5pt))
"""
KINDS: tuple[Kind, ...] = ("P", "S", "K")
SIGNS = {
    "(": "paren.l", ")": "paren.r", "[": "bracket.l", "]": "bracket.r", "{": "brace.l", "}": "brace.r", "|": "bar.v",
    ",": "comma", ";": "semi", "/": "slash", ":": "colon", **{char: f"\\{char}" for char in "#&$_%"},
}  # fmt: skip


def typst_row(row: Row) -> str:
    """A formula's atoms as Typst mathematics."""
    return " ".join(f"#h({atom.width:.3f}em)" if isinstance(atom, Space) else typst_atom(atom) for atom in row)


def typst_atom(atom: Atom) -> str:
    text = typst_nucleus(atom) + "'" * atom.primes
    text += f"_({typst_row(atom.sub)})" if atom.sub is not None else ""
    return text + (f"^({typst_row(atom.sup)})" if atom.sup is not None else "")


def typst_nucleus(atom: Atom) -> str:
    match atom.nucleus:
        case Signs(_, text) if text in OPERATORS:
            return text
        case Signs("B", text):
            return f"bold({json.dumps(text, ensure_ascii=False)})"
        case Signs(_, text) if text[0].isdigit() or len(text) == 1:
            return SIGNS.get(text, text)
        case Signs(_, text):
            return json.dumps(text, ensure_ascii=False)
        case Fraction(top, bottom, level):
            fraction = f"frac({typst_row(top)}, {typst_row(bottom)})"
            return f"inline({fraction})" if level == 1 else fraction
        case Fence(left, body, right):
            return f"lr({SIGNS.get(left, '')} {typst_row(body)} {SIGNS.get(right, '')})"
        case Bracket(sign):
            return SIGNS[sign]
        case Accent(_, body):
            return f"hat({typst_row(body)})"
        case inner:
            return typst_row(inner)


def typst_words(text: Inline) -> str:
    parts = []
    for part in text:
        if isinstance(part, Formula):
            parts.append(f"${typst_row(parse_formula(part.latex))}$")
        else:
            plain = "".join(f"\\{char}" if char in "\\*_#$@<>`[]=-+/~\"'" else char for char in part.text)
            parts.append({"R": plain, "B": f"#strong[{plain}]", "I": f"#emph[{plain}]"}[part.face])
    return "".join(parts)


def typst_image(name: str) -> str:
    return f'#image("/{name}.svg")'


def typst_blocks(blocks: Sequence[b.Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case b.Heading(level, text, right):
                yield f"#title({level}, [{typst_words(text)}], [{typst_words(right)}])"
            case b.Paragraph(text, item):
                yield f"- {typst_words(text)}" if item else f"{typst_words(text)}\n"
            case b.Display():
                latex, note, _ = block.filled()
                yield f"#display($ {typst_row(parse_formula(latex))} $, [{typst_words(note)}])"
            case b.Fields(fields):
                line = "#box(width: 30%, line(length: 100%, stroke: .5pt))"
                yield " #h(1fr) ".join(f"{typst_words(f.label)} {typst_words(f.value)} {line}" for f in fields) + "\n"
            case b.Tabular(_, rows, groups, _):
                per = -(-len(rows) // groups)
                order = [
                    rows[k] if k < len(rows) else ((),) * len(rows[0])
                    for i in range(per)
                    for k in range(i, groups * per, per)
                ]
                cells = ", ".join(f"[{typst_words(cell)}]" for row in order for cell in row)
                yield f"#table(columns: {groups * len(rows[0])}, stroke: none, inset: 3pt, {cells})"
            case b.Boxes(boxes):
                answers = ", ".join(f"answer([{typst_words(box.label)}])" for box in boxes)
                yield f"#grid(columns: (1fr,) * 4, row-gutter: 5pt, column-gutter: 14pt, {answers})"
            case b.Keep(inner, beside):
                yield "#block(breakable: false)[" + ("#grid(columns: (1fr, auto), [" if beside else "")
                yield from typst_blocks(inner)
                yield (f"], [{typst_image(beside)}])" if beside else "") + "]"
            case b.Diagram(name):
                yield f"#align(center)[{typst_image(name)}]"
            case b.Diagrams(drawings, columns):
                cells = ", ".join(f"[{typst_words(label)} {typst_image(name)}]" for label, name in drawings)
                yield f"#grid(columns: {columns}, {cells})"


def typst_source(papers: Papers, variant: int, kind: Kind) -> bytes:
    preamble = PREAMBLE.replace("HEADER", papers.exam.spec.title)
    preamble = preamble.replace("VARIANT", f"Variant {papers.exam.variants[variant]}")
    return "\n".join([preamble, *typst_blocks(parse(papers.markup(variant, kind=kind)))]).encode()


def timed(print_one: Callable[[int, Kind], bytes], n: int) -> tuple[list[float], int]:
    """Processor seconds for each student's three documents, and the bytes of the last."""
    seconds, size = [], 0
    with seldom_tidied():  # as qgen make does
        for variant in range(n):
            start = time.process_time()
            size = sum(len(print_one(variant, kind)) for kind in KINDS)
            seconds.append(time.process_time() - start)
    return seconds, size


def against_typst(exam: Exam, n: int, folder: Path) -> None:
    import typst

    papers = Papers(exam)
    for name, drawing in papers.drawings.items():
        (folder / f"{name}.svg").write_text(svg(drawing), "utf-8")
    sources = [{kind: typst_source(Papers(exam), v, kind) for kind in KINDS} for v in range(n)]
    compiler = typst.Compiler(root=str(folder), ignore_system_fonts=True)
    printers = {"P": papers.question_paper, "S": papers.solution, "K": papers.key}
    ours, our_size = timed(lambda v, kind: printers[kind](v), n)
    theirs, their_size = timed(lambda v, kind: compiler.compile(input=sources[v][kind]), n)
    for name, seconds, size in (("ours", ours, our_size), (f"Typst, typst {version('typst')}", theirs, their_size)):
        print(
            f"{name:20}{1000 * mean(seconds):7.1f} ms per student ({1000 * median(seconds):.1f} in the middle, "
            f"{1000 * seconds[0]:.0f} the first), {size / 1000:.0f} kB"
        )
    print(f"ratio {sum(theirs) / sum(ours):.1f}, n = {n}: paper, worked solution and key, tags on both sides")


def whole_command(n: int, jobs: int) -> None:
    """Runs qgen make in a process of its own: seconds and peak memory, its workers' included."""
    with tempfile.TemporaryDirectory() as folder:
        code = (
            "import resource as r, sys; from qgen.cli import app\n"
            "try: app()\n"
            "finally: print(max(r.getrusage(w).ru_maxrss for w in (r.RUSAGE_SELF, r.RUSAGE_CHILDREN)), file=sys.stderr)"
        )
        arguments = ["make", "--n", str(n), "--seed", "1", "--jobs", str(jobs), "--out", f"{folder}/exam"]
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - start
        memory = int(done.stderr.split()[-1]) / 1024
        size = mean(path.stat().st_size for path in Path(folder, "exam", "papers").iterdir()) / 1000
    print(f"qgen make --n {n} --jobs {jobs}: {seconds:.2f} s, at most {memory:.0f} MB, {size:.0f} kB a paper")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--n", type=int, default=300)
    options.add_argument("--cold", type=int, default=30)
    options.add_argument("--jobs", type=int, default=0, help="papers to print on one process and on two, such as 1000")
    given = options.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    # first, for a process's peak memory counts what the one that started it held
    whole_command(given.cold, 1)
    for jobs in (1, 2) if given.jobs else ():
        whole_command(given.jobs, jobs)
    if given.n:
        with tempfile.TemporaryDirectory() as folder:
            against_typst(make_exam(spec_of({}), given.n, 1), given.n, Path(folder))


if __name__ == "__main__":
    main()
