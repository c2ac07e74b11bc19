r"""The letters and indices of a course: formulas are made in the program's own notation, and rewritten last.

    w_{12}^{(1)} from unit 1 to unit 2 becomes w_{21}^{(1)}, w_{12}^{[1]}, W_{21}^{[1]} or w_3; \alpha becomes \eta ...

Only what people read changes: ids, keys and marks know nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from qgen.engine.network import Network
from qgen.engine.question import Question
from qgen.engine.symbols import latex_name
from qgen.exam.notation import BRACKETS, MATRICES, MATRIX, NONE, NUMBERED, SOURCE, USUAL, Notation
from qgen.exam.spec import Spec

# A formula's words and commands are passed by; what a name is made of: letter, index below, indices above.
_NAME = re.compile(
    r"\\text\{[^{}]*\}|\\(?!(?:alpha|delta)(?![A-Za-z]))[A-Za-z]+"
    r"|(?P<letter>\\alpha|\\delta|[wWbzaxyL])(?![A-Za-z])(?P<sub>_\{[^{}]*\}|_[A-Za-z0-9])?"
    r"(?P<sup>\^\{(?:[^{}]|\{[^{}]*\})*\})?"
)
_FORMULA = re.compile(r"\\.|\$\$.+?\$\$|\$(?:\\.|[^$\\])*\$")
_SECTION = re.compile(r"^@section[ \t]+(\S+)[ \t]*$", re.MULTILINE)
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_ABOVE = re.compile(r"(\(\d+\))?(\[\d+\])?(.*)", re.DOTALL)
_EXAMPLE = re.compile(r"(\$?)\[(\d)\](\$?)")  # alone, as sentences speak of it
_LIST, _LIST_OF_COMMAS = r",\;", r";\;"  # between numbers with points, with commas
_COMMA = r",\,"  # between indices of two digits

Base = tuple[str, str, str]  # of a name: letter, index below, layer above


@dataclass(frozen=True, eq=False)
class Written:
    """How the formulas of an exam are written: in its spec's notation, with the decimal mark of its language."""

    notation: Notation
    decimal_mark: str
    questions: tuple[Question, ...]

    @classmethod
    def of(cls, spec: Spec, decimal_mark: str = ".") -> Written:
        """As an exam's spec has it."""
        return cls(spec.notation, decimal_mark, tuple(q.question for q in spec.questions))

    @property
    def usual(self) -> bool:
        """Whether formulas stay as they are made."""
        return self.notation == USUAL and self.decimal_mark == "."

    def markup(self, text: str, question: str = "") -> str:
        """Markup, of a question or none, with all its formulas rewritten; @section ID begins what is of another."""
        if self.usual:
            return text
        head, *sections = _SECTION.split(text)
        parts = [self._formulas(head, question)]
        parts += [self._formulas(body, name) for name, body in zip(sections[::2], sections[1::2], strict=True)]
        return "".join(parts)

    def _formulas(self, text: str, question: str) -> str:
        return _FORMULA.sub(lambda m: m[0] if m[0][0] == "\\" else self.formula(m[0], question), text)

    def formula(self, latex: str, question: str = "") -> str:
        """One formula, of a question or of none."""
        if self.notation != USUAL:
            latex = self._rewritten(latex, question)
        if self.decimal_mark == ".":
            return latex
        return _POINT.sub(f"{{{self.decimal_mark}}}", latex.replace(_LIST, _LIST_OF_COMMAS))

    def number(self, text: str) -> str:
        """A number outside of formulas."""
        return text if self.decimal_mark == "." else text.replace(".", self.decimal_mark)

    def _rewritten(self, latex: str, question: str) -> str:
        if self.notation.layers == BRACKETS and _EXAMPLE.fullmatch(latex):
            return _EXAMPLE.sub(r"\1(\2)\3", latex)
        names = self._names.get(question, {})
        # where a target stands, an activation is the output
        output = self.notation.output if "y" in re.sub(r"\\[A-Za-z]+", "", latex) else "a"

        def written(match: re.Match[str]) -> str:
            letter = match["letter"]
            if not letter:
                return match[0]
            sub, above = _bare(match["sub"]), _bare(match["sup"])
            layer, example, rest = _ABOVE.fullmatch(above).groups(default="")  # type: ignore[union-attr]
            base = names.get((letter, sub, layer))
            new, sub, layer = base or self._general(letter, sub, layer, output)
            if example and self.notation.layers == BRACKETS:
                example = f"({example[1:-1]})"
            raised = layer + example + rest
            name = new + (f"_{{{sub}}}" if sub else "") + (f"^{{{raised}}}" if raised else "")
            squared = raised and latex.startswith("^", match.end())
            return rf"\left({name}\right)" if squared else name

        return _NAME.sub(written, latex)

    def _general(self, letter: str, sub: str, layer: str, output: str) -> Base:
        """A name of no network: of a rule, or a sentence."""
        if letter == "w" and len(sub) == 2:
            sub = {SOURCE: sub, NUMBERED: ""}.get(self.notation.weights, sub[::-1])
        letter = output if letter == "a" and not sub else letter
        return self._letter(letter), sub, self._layer(layer, alone=not sub)

    def _letter(self, letter: str) -> str:
        notation = self.notation
        letters = {
            r"\alpha": notation.rate, r"\delta": notation.delta, "y": notation.target, "L": notation.loss,
            "w": "W" if notation.weights == MATRIX else "w",
        }  # fmt: skip
        return letters.get(letter, letter)

    def _layer(self, layer: str, *, alone: bool = False) -> str:
        """A layer's number above a name; where units are numbered through only if it stands `alone`, without a unit."""
        if not layer or (self.notation.layers == NONE and not alone):
            return ""
        return f"[{layer[1:-1]}]" if self.notation.layers == BRACKETS else layer

    @cached_property
    def _names(self) -> Mapping[str, Mapping[Base, Base]]:
        """By question what the names of its network become."""
        return {q.id: {**dict(self._units(q.network)), **dict(self._weights(q.network))} for q in self.questions}

    @property
    def by_layer(self) -> bool:
        """Whether units are counted in every layer anew, as the rows of matrices are, in the output layer, too."""
        notation = self.notation
        return notation.layers != NONE and (notation.givens == MATRICES or notation.weights == MATRIX)

    def _units(self, network: Network) -> Iterator[tuple[Base, Base]]:
        """The names of what belongs to a unit."""
        last = len(network.layers) - 1
        for k, layer in enumerate(network.layers):
            for j, (unit, number) in enumerate(zip(layer.units, _through(network, k), strict=True)):
                sub, above = _base("z" + unit)[1:]
                if self.by_layer:
                    index, over = str(j + 1), self._layer(f"({k + 1})")
                elif self.notation.layers == NONE:
                    index, over = number, ""
                else:
                    index, over = sub, self._layer(above)
                for letter in ("z", "a", "b", r"\delta"):
                    new = self._letter(letter), index, over
                    if letter == "a" and k == last and self.notation.output != "a":
                        new = self.notation.output, index if len(layer.units) > 1 else "", ""
                    yield (letter, sub, above), new
        for j, y in enumerate(network.ys if self.by_layer else ()):
            yield _base(y), (self.notation.target, str(j + 1) if len(network.ys) > 1 else "", "")

    def _weights(self, network: Network) -> Iterator[tuple[Base, Base]]:
        """The names of weights: from which unit to which, or by their numbers in the order of layers and units."""
        layers = range(len(network.layers))
        places = [(k, i, j) for k in layers for j in range(len(network.layers[k].units)) for i in network.sources(k, j)]
        for number, (k, i, j) in enumerate(places, start=1):
            name = _base(network.weight(k, i, j))
            if self.notation.weights == NUMBERED:
                yield name, ("w", str(number), "")
                continue
            ends = [end.strip() for end in name[1].split(_COMMA)] if _COMMA in name[1] else list(name[1])
            if self.by_layer:
                ends = [str(i + 1), str(j + 1)]
            elif self.notation.layers == NONE:
                ends = [_through(network, k - 1)[i] if k else str(i + 1), _through(network, k)[j]]
            if self.notation.weights != SOURCE:
                ends.reverse()
            joined = (_COMMA if any(len(end) > 1 for end in ends) else "").join(ends)
            layer = f"({k + 1})" if self.by_layer else name[2]
            yield name, (self._letter("w"), joined, self._layer(layer))


def _through(network: Network, k: int) -> list[str]:
    """The numbers of a layer's units, counted through the network from the first hidden one on."""
    before = sum(len(layer.units) for layer in network.layers[:k])
    return [str(before + j + 1) for j in range(len(network.layers[k].units))]


def _base(quantity: str) -> Base:
    """The letter and the indices of a quantity's name."""
    found = _NAME.fullmatch(latex_name(quantity))
    if found is None:
        raise ValueError(quantity)
    return found["letter"], _bare(found["sub"]), _bare(found["sup"])


def _bare(script: str | None) -> str:
    """An index without its sign and braces."""
    index = (script or "")[1:]
    return index[1:-1] if index.startswith("{") else index
