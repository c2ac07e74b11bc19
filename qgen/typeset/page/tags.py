"""The structure of a document (ISO 32000-1, 14.7): which piece of which page is a heading, a formula, a table's cell.

Elements are built while pages are drawn, in reading order. A path names an element from the outside in, relative to
the current group of lines: (("L", 0), ("LI", 1), ("LBody", 2)).
"""

from collections.abc import Callable

from qgen.typeset.page.lines import Path
from qgen.typeset.pdf.objects import File, text_string

# What some elements carry; RowTH is a TH that heads a row.
ATTRIBUTES = {
    "L": "/A<</O/List/ListNumbering/Disc>>",
    "TH": "/A<</O/Table/Scope/Column>>",
    "RowTH": "/A<</O/Table/Scope/Row>>",
    "Form": "/A<</O/PrintField/Role/Tv>>",
}


class Element:
    """One element, by the numbers of its object and its parent's: role, what it holds in order, how it reads aloud."""

    page = 0
    alt = ""

    def __init__(self, number: int, role: str, parent: int) -> None:
        self.number, self.parent, self.reference = number, parent, f"{number} 0 R"
        self.role = "TH" if role == "RowTH" else role
        self.attributes = ATTRIBUTES.get(role, "")
        self.kids: list[str] = []


class Tree:
    """The elements of one document; the first is the document itself.

    `pages` are the numbers of the pages' objects; `speak` reads LaTeX aloud.
    """

    def __init__(self, file: File, pages: range, speak: Callable[[str], str]) -> None:
        self.file, self.pages, self.speak = file, pages, speak
        self.root = file.reserve(2)
        self.top = Element(file.reserve(), "Document", self.root)
        self.elements = [self.top]
        self.group()
        self.marked: list[list[str]] = []
        self.here = 0
        self.widgets: list[str] = []

    def page(self) -> None:
        """What is marked from now on stands on a new page."""
        self.here = self.pages[len(self.marked)]
        self.marked.append([])

    def group(self) -> None:
        """Paths count from anew."""
        self.known: dict[Path, Element] = {(): self.top}

    def element(self, path: Path) -> Element:
        """The element at a path; made, with all around it, if it is new."""
        found = self.known.get(path)
        if found is None:
            around = self.element(path[:-1])
            found = self.known[path] = Element(self.file.reserve(), path[-1][0], around.number)
            around.kids.append(found.reference)
            self.elements.append(found)
        return found

    def tag(self, path: Path, alt: str = "", attributes: str = "") -> tuple[str, int]:
        """The role and number of a new piece of marked content on the current page, for the element at a path."""
        element = self.known.get(path) or self.element(path)
        if alt and not element.alt:
            element.alt = self.speak(alt) if element.role == "Formula" else alt
        marked = self.marked[-1]
        number = len(marked)
        marked.append(element.reference)
        if not element.page:
            element.page = self.here
        there = element.page != self.here
        element.kids.append(f"<</Type/MCR/Pg {self.here} 0 R/MCID {number}>>" if there else str(number))
        if attributes:
            element.attributes = attributes
        return element.role, number

    def widget(self, path: Path, alt: str, annotation: int) -> int:
        """A form field's element on the current page; the number by which the field finds it in the parent tree."""
        element = self.element((*path, ("Form", -1)))
        element.alt = alt
        element.page = self.here
        element.kids.append(f"<</Type/OBJR/Obj {annotation} 0 R>>")
        self.widgets.append(element.reference)
        return len(self.pages) + len(self.widgets) - 1

    def write(self) -> int:
        """Adds all elements; the number of the structure tree's root."""
        for element in self.elements:
            where = f"/Pg {element.page} 0 R" if element.page else ""
            alt = f"/Alt{text_string(element.alt)}" if element.alt else ""
            entries = f"<</S/{element.role}/P {element.parent} 0 R{where}{element.attributes}{alt}/K["
            self.file.tags.append((element.number, f"{entries}{' '.join(element.kids)}]>>"))
        keyed = [*(f"[{' '.join(marked)}]" for marked in self.marked), *self.widgets]
        rows = " ".join([f"{key} {found}" for key, found in enumerate(keyed)])
        tree = f"/ParentTree {self.root + 1} 0 R/ParentTreeNextKey {len(keyed)}"
        self.file.put(self.root, f"<</Type/StructTreeRoot/K {self.top.number} 0 R{tree}>>")
        self.file.put(self.root + 1, f"<</Nums[{rows}]>>")
        return self.root
