"""The structure of a document (ISO 32000-1, 14.7): which piece of which page is a heading, a formula, a table's cell.

Elements are built while pages are drawn, in reading order. A path names an element from the outside in, relative to
the current group of lines: (("L", 0), ("LI", 1), ("LBody", 2)).
"""

from collections.abc import Callable

from qgen.paper.lines import Path
from qgen.paper.pdf import File, text_string

ATTRIBUTES = {
    "L": "/A<</O/List/ListNumbering/Disc>>",
    "TH": "/A<</O/Table/Scope/Column>>",
    "RowTH": "/A<</O/Table/Scope/Row>>",
    "Form": "/A<</O/PrintField/Role/Tv>>",
}
"""What some elements carry; RowTH is a TH that heads a row."""


def standard(role: str) -> str:
    """The role as the file names it."""
    return "TH" if role == "RowTH" else role


class Element:
    """One element: role, parent, what it holds in order, and how it reads aloud where it is not text."""

    __slots__ = ("alt", "attributes", "kids", "page", "parent", "role")

    def __init__(self, role: str, parent: int) -> None:
        self.role, self.parent = role, parent
        self.page = -1
        self.kids: list[str | int] = []
        self.alt = ""
        self.attributes = ATTRIBUTES.get(role, "")


class Tree:
    """The elements of one document; the first is the document itself.

    `pages` are the numbers of the pages' objects; `speak` reads LaTeX aloud.
    """

    def __init__(self, pages: range, speak: Callable[[str], str]) -> None:
        self.pages, self.speak = pages, speak
        self.elements = [Element("Document", -1)]
        self.known: dict[tuple[int, tuple[str, int]], int] = {}
        self.marked: list[list[int]] = []
        self.widgets: list[int] = []

    def page(self) -> None:
        """What is marked from now on stands on a new page."""
        self.marked.append([])

    def group(self) -> None:
        """Paths count from anew."""
        self.known.clear()

    def element(self, path: Path, alt: str = "", attributes: str = "") -> int:
        """The element at a path; made, with all around it, if it is new."""
        at = 0
        for step in path:
            inner = self.known.get((at, step))
            if inner is None:
                inner = self.known[at, step] = len(self.elements)
                self.elements.append(Element(step[0], at))
                self.elements[at].kids.append(-inner)
            at = inner
        element = self.elements[at]
        if alt and not element.alt:
            element.alt = self.speak(alt) if element.role == "Formula" else alt
        if attributes:
            element.attributes = attributes
        return at

    def mark(self, path: Path, alt: str = "", attributes: str = "") -> int:
        """The number of a new piece of marked content on the current page, which belongs to the element at a path."""
        at = self.element(path, alt, attributes)
        element, page = self.elements[at], len(self.marked) - 1
        number = len(self.marked[page])
        self.marked[page].append(at)
        if element.page < 0:
            element.page = page
        element.kids.append(
            number if element.page == page else f"<</Type/MCR/Pg {self.pages[page]} 0 R/MCID {number}>>"
        )
        return number

    def widget(self, path: Path, alt: str, annotation: int) -> int:
        """A form field's element on the current page; the number by which the field finds it in the parent tree."""
        at = self.element((*path, ("Form", -1)), alt)
        self.elements[at].page = len(self.marked) - 1
        self.elements[at].kids.append(f"<</Type/OBJR/Obj {annotation} 0 R>>")
        self.widgets.append(at)
        return len(self.pages) + len(self.widgets) - 1

    def write(self, file: File) -> int:
        """Adds all elements; the number of the structure tree's root."""
        root = file.reserve(2)
        first = file.reserve(len(self.elements))
        for index, element in enumerate(self.elements):
            kids = [f"{first - kid} 0 R" if type(kid) is int and kid < 0 else str(kid) for kid in element.kids]
            parent = root if index == 0 else first + element.parent
            where = f"/Pg {self.pages[element.page]} 0 R" if element.page >= 0 else ""
            alt = f"/Alt{text_string(element.alt)}" if element.alt else ""
            entries = f"/S/{standard(element.role)}/P {parent} 0 R{where}{element.attributes}{alt}"
            file.put(first + index, f"<<{entries}/K[{' '.join(kids)}]>>")
        lists = [" ".join([f"{first + at} 0 R" for at in marked]) for marked in self.marked]
        keyed = [*(f"[{elements}]" for elements in lists), *(f"{first + at} 0 R" for at in self.widgets)]
        rows = [f"{key} {found}" for key, found in enumerate(keyed)]
        tree = f"/ParentTree {root + 1} 0 R/ParentTreeNextKey {len(rows)}"
        file.put(root, f"<</Type/StructTreeRoot/K {first} 0 R{tree}>>")
        file.put(root + 1, f"<</Nums[{' '.join(rows)}]>>")
        return root
