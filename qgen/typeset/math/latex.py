r"""The LaTeX a formula may use, read into atoms.

    letters, digits  . , ; : ! / % + - = < > ( ) [ ] | \{ \} '   {group}   ~ and "\ " (a space)
    a_b  a^b  a_b^c                  scripts, on anything
    \frac{a}{b}                      \dfrac, \tfrac: always of a display's size, always small
    \left( ... \right)               brackets that grow: ( ) [ ] \{ \} | . (nothing); \bigl( \Bigl( ... of fixed size
    \begin{bmatrix} a & b \\ c & d \end{bmatrix}    a matrix, its columns aligned at the right
    \hat{y} \bar{y} \tilde{y}        accents
    \mathrm{..} \mathbf{..}          upright, bold; \text{..} \textbf{..} \textit{..}: words with their spaces
    \sum \prod \max \min             with limits in a display
    \ln \log \exp \tanh \sin ...     upright operators; others with \operatorname{..}
    \alpha ... \omega \Gamma ... \Omega \partial \nabla \infty \ell \dots \cdots
    \cdot \times \pm \circ   \le \ge \ne \approx \equiv \propto \in \to \gets \Rightarrow \mid   \lvert \rvert
    \, \: \; \! \quad \qquad        spaces

Anything else is a FormulaError with its place. The classes of atoms are those of The TeXbook, chapter 17.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple, NoReturn

from qgen.typeset.private import DIGITS, is_digit

Kind = Literal["ord", "op", "bin", "rel", "open", "close", "punct", "inner"]

_LOWER = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi
psi omega varepsilon vartheta varphi"""
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
GREEK = dict(zip(_LOWER.split(), "αβγδϵζηθικλμνξπρστυϕχψωεϑφ", strict=True))
CAPITALS = dict(zip(_UPPER.split(), "ΓΔΘΛΞΠΣΦΨΩ", strict=True))
_SIGNS: list[tuple[Kind, str, dict[str, str]]] = [
    ("ord", "I", GREEK | {"partial": "∂", "ell": "l"}),
    ("ord", "R", CAPITALS | {"nabla": "∇", "infty": "∞", "prime": "′"} | {char: char for char in "%#&$_"}),
    ("inner", "R", {"dots": "…", "ldots": "…", "cdots": "⋯"}),
    ("bin", "R", {"cdot": "⋅", "times": "×", "pm": "±", "circ": "∘"}),
    ("rel", "R", {"le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡"}),
    ("rel", "R", {"to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "Rightarrow": "⇒"}),
    ("rel", "R", {"in": "∈", "propto": "∝", "mid": "|"}),
    ("open", "R", {"{": "{", "lvert": "|", "lbrace": "{"}),
    ("close", "R", {"}": "}", "rvert": "|", "rbrace": "}"}),
    ("op", "R", {"sum": "∑", "prod": "∏"}),
]
SIGNS = {name: (kind, face, char) for kind, face, names in _SIGNS for name, char in names.items()}
CHARACTERS: dict[str, tuple[Kind, str]] = {
    "+": ("bin", "+"), "-": ("bin", "−"), "−": ("bin", "−"), "=": ("rel", "="),
    "<": ("rel", "<"), ">": ("rel", ">"), ":": ("rel", ":"), "(": ("open", "("), "[": ("open", "["),
    ")": ("close", ")"), "]": ("close", "]"), "!": ("close", "!"), ",": ("punct", ","), ";": ("punct", ";"),
    ".": ("ord", "."), "/": ("ord", "/"), "|": ("ord", "|"), "%": ("ord", "%"), "·": ("bin", "⋅"), "×": ("bin", "×"),
}  # fmt: skip
OPERATORS = ("max", "min", "ln", "log", "exp", "tanh", "sinh", "cosh", "sin", "cos", "tan")
SPACES = {",": 3 / 18, ":": 4 / 18, ">": 4 / 18, ";": 5 / 18, "!": -3 / 18, " ": 0.25, "quad": 1.0, "qquad": 2.0}
ACCENTS = {"hat": "ˆ", "bar": "¯", "tilde": "˜"}
FENCES = {"(": "(", ")": ")", "[": "[", "]": "]", "\\{": "{", "\\}": "}", "|": "|", ".": ""}
FENCES |= {"\\lvert": "|", "\\rvert": "|", "\\lbrace": "{", "\\rbrace": "}"}
SIZES = {"big": 1, "Big": 2, "bigg": 3, "Bigg": 4}

MATRIX = "bmatrix"

_DIGIT = f"[0-9{DIGITS}]"
_TOKEN = re.compile(rf"\\[A-Za-z]+|\\.|\s+|{_DIGIT}+(?:\.{_DIGIT}+)?|.", re.DOTALL)


class FormulaError(Exception):
    """What is wrong with a formula: the place, the length of what is quoted, and why."""

    def __init__(self, start: int, length: int, why: str) -> None:
        super().__init__(why)
        self.start, self.length, self.why = start, length, why


class Signs(NamedTuple):
    """Characters of one face in a row: one symbol, or the letters of an operator or a text."""

    face: str
    text: str


class Fraction(NamedTuple):
    """A fraction, of the size that fits its place, or of a fixed level: 0 as in a display, 1 as in running text."""

    top: "Row"
    bottom: "Row"
    level: int | None = None


class Fence(NamedTuple):
    """Brackets that grow with what they hold."""

    left: str
    body: "Row"
    right: str


class Matrix(NamedTuple):
    """Rows of cells in brackets; all rows have as many."""

    rows: "tuple[tuple[Row, ...], ...]"


class Bracket(NamedTuple):
    """One bracket of a fixed size, 1 to 4."""

    sign: str
    size: int


class Accent(NamedTuple):
    """A sign over a row."""

    sign: str
    body: "Row"


class Space(NamedTuple):
    """A space, in em."""

    width: float


class Atom(NamedTuple):
    """A nucleus with its class, scripts, and where it starts in the source."""

    kind: Kind
    nucleus: "Signs | Fraction | Fence | Matrix | Bracket | Accent | Row"
    start: int
    sub: "Row | None" = None
    sup: "Row | None" = None
    limits: bool = False
    primes: int = 0


Row = tuple[Atom | Space, ...]


def is_number(text: str) -> bool:
    """Whether this starts with a digit, or with what stands for one."""
    return "0" <= text[:1] <= "9" or is_digit(text[:1])


@lru_cache(maxsize=256)
def parse(source: str) -> Row:
    """The atoms of a formula, which is set and read aloud. FormulaError for anything outside the subset."""
    return _Parser(source).row("")


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = [(match.group(), match.start()) for match in _TOKEN.finditer(source)]
        self.tokens.append(("", len(source)))
        self.at = 0

    def fault(self, why: str, back: int = 0) -> NoReturn:
        token, start = self.tokens[max(0, self.at - back)]
        raise FormulaError(start, len(token), why)

    def peek(self) -> str:
        while self.tokens[self.at][0].isspace():
            self.at += 1
        return self.tokens[self.at][0]

    def take(self) -> str:
        token = self.peek()
        self.at += bool(token)
        return token

    def row(self, *ends: str, opened: int = 0) -> Row:
        """Atoms up to one of the tokens `ends`, which is taken too; the token numbered `opened` asked for it."""
        atoms: list[Atom | Space] = []
        while (token := self.peek()) not in ends:
            if token in ("", "}", "\\right", "\\end"):
                if token:
                    self.fault("nothing was opened that this would close")
                self.at = opened
                self.fault("this is never closed")
            if token in ("^", "_", "'"):
                self.scripts(atoms)
            else:
                atoms.append(self.atom())
        self.take()
        return tuple(atoms)

    def group(self) -> Row:
        """A braced group, or one atom without scripts."""
        token = self.peek()
        if token == "{":
            self.take()
            return self.row("}", opened=self.at - 1)
        if token in ("", "}", "^", "_", "'"):
            self.fault("a formula or a {group} is expected here")
        if len(token) > 1 and token[0] != "\\":
            # x^23 is x^2 and a 3
            start = self.tokens[self.at][1]
            self.tokens[self.at : self.at + 1] = [(token[0], start), (token[1:], start + 1)]
        return (self.atom(),)

    def scripts(self, atoms: list[Atom | Space]) -> None:
        token, start = self.take(), self.tokens[self.at - 1][1]
        last = atoms.pop() if atoms and isinstance(atoms[-1], Atom) else Atom("ord", (), start)
        assert isinstance(last, Atom)
        if token == "'":
            if last.sup is not None:
                self.fault("a prime after a superscript; write it before", 1)
            atoms.append(last._replace(primes=last.primes + 1))
        elif token == "^":
            if last.sup is not None:
                self.fault("a second superscript", 1)
            atoms.append(last._replace(sup=self.group()))
        else:
            if last.sub is not None:
                self.fault("a second subscript", 1)
            atoms.append(last._replace(sub=self.group()))

    def atom(self) -> Atom | Space:
        token, start = self.take(), self.tokens[self.at - 1][1]
        if token == "{":
            return Atom("ord", self.row("}", opened=self.at - 1), start)
        if token == "~":
            return Space(SPACES[" "])
        if is_number(token):
            return Atom("ord", Signs("R", token), start)
        if len(token) > 1:
            return self.command(token[1:], start)
        if token.isascii() and token.isalpha():
            return Atom("ord", Signs("I", token), start)
        if token in CHARACTERS:
            kind, char = CHARACTERS[token]
            return Atom(kind, Signs("R", char), start)
        return self.fault("this character has no meaning in a formula", 1)

    def command(self, name: str, start: int) -> Atom | Space:
        if name in SPACES:
            return Space(SPACES[name])
        if name in SIGNS:
            kind, face, char = SIGNS[name]
            return Atom(kind, Signs(face, char), start, limits=name in ("sum", "prod"))
        if name in OPERATORS:
            return Atom("op", Signs("R", name), start, limits=name in ("max", "min"))
        if name in ("text", "mathrm", "mathbf", "operatorname", "textbf", "textit"):
            words = self.words(spaces=name.startswith("text"))
            face = {"mathbf": "B", "textbf": "B", "textit": "I"}.get(name, "R")
            return Atom("op" if name == "operatorname" else "ord", Signs(face, words), start)
        if name in ("frac", "tfrac", "dfrac"):
            level = {"dfrac": 0, "tfrac": 1}.get(name)
            return Atom("inner", Fraction(self.group(), self.group(), level), start)
        if name == "begin":
            return Atom("inner", self.matrix(self.at - 1), start)
        if name in ACCENTS:
            return Atom("ord", Accent(ACCENTS[name], self.group()), start)
        if name == "left":
            opened = self.at - 1
            left = self.fence()
            body = self.row("\\right", opened=opened)
            return Atom("inner", Fence(left, body, self.fence()), start)
        if name.rstrip("lr") in SIZES:
            sign = self.fence()
            side: Kind = "open" if name.endswith("l") else "close" if name.endswith("r") else "ord"
            return Atom(side, Bracket(sign, SIZES[name.rstrip("lr")]), start)
        return self.fault("this command is not in the subset of LaTeX that papers know", 1)

    def matrix(self, opened: int) -> Matrix:
        if self.words(spaces=False) != MATRIX:
            self.fault(f"the only environment is {MATRIX}", 1)
        rows: list[tuple[Row, ...]] = []
        while True:
            cells = []
            while True:
                cells.append(self.row("&", "\\\\", "\\end", opened=opened))
                if self.tokens[self.at - 1][0] != "&":
                    break
            rows.append(tuple(cells))
            if len(cells) != len(rows[0]):
                self.fault("this row of a matrix has not as many cells as the first", 1)
            if self.tokens[self.at - 1][0] == "\\end":
                break
        if self.words(spaces=False) != MATRIX:
            self.fault(f"a matrix ends in \\end{{{MATRIX}}}", 1)
        return Matrix(tuple(rows))

    def fence(self) -> str:
        token = self.take()
        if token not in FENCES:
            self.fault(f"a bracket is expected here, one of {' '.join(FENCES)}", 1)
        return FENCES[token]

    def words(self, spaces: bool) -> str:
        """The plain characters of a braced text."""
        if self.take() != "{":
            self.fault("a {text} in braces is expected here", 1)
        words = ""
        while (token := self.tokens[self.at][0]) != "}":
            self.at += 1
            if token.isspace():
                words += " " if spaces else ""
            elif len(token) == 2 and token[1] in "{}%$#&_ ":
                words += token[1]
            elif len(token) == 1 and token not in "{$":
                words += token
            else:
                self.fault("only plain characters can stand in a text" if token else "this text is never closed", 1)
        self.at += 1
        return words
