"""Form fields (ISO 32000-1, 12.7): a blank on a paper that can be filled in on a screen, named by its item's id."""

from collections.abc import Iterator

from qgen.typeset.fonts.fieldfont import FIELD_FONT
from qgen.typeset.page.lines import Blank
from qgen.typeset.page.tags import Tree
from qgen.typeset.pdf.objects import File, text_string

SIZE = 11


class Fields:
    """The fields of one document, in reading order."""

    def __init__(self, file: File, tree: Tree) -> None:
        self.file, self.tree = file, tree
        self.pages: dict[int, list[int]] = {}
        self.named: list[tuple[str, int, str]] = []

    def add(self, blank: Blank, page: int, scale: float = 1.0) -> None:
        """A text field at a place on the page with this object number, whose unit is `scale` points."""
        number = self.file.reserve()
        key = self.tree.widget(blank.path, blank.spoken, number)
        left, low, right, high = blank.x, blank.y, blank.x + blank.width, blank.y + blank.height
        rectangle = f"{scale * left:.2f} {scale * low:.2f} {scale * right:.2f} {scale * high:.2f}"
        # An empty field looks like nothing: whoever fills it in, a viewer or pypdf, writes an appearance for it.
        field = (
            f"/Type/Annot/Subtype/Widget/FT/Tx/F 4/Rect[{rectangle}]/P {page} 0 R"
            f"/TU{text_string(blank.spoken)}/DA(/{FIELD_FONT} {SIZE * scale:g} Tf 0 g)/Q {0 if blank.words else 1}"
            f"/StructParent {key}"
        )
        self.named.append((blank.name, number, field))
        self.pages.setdefault(page, []).append(number)

    def hide(self, name: str, value: str, page: int) -> None:
        """A field that nobody sees or changes: it says what the form belongs to."""
        number = self.file.reserve()
        # Hidden, read-only; as it is never shown, it has no place in the document's structure.
        field = f"/Type/Annot/Subtype/Widget/FT/Tx/F 2/Ff 1/Rect[0 0 0 0]/P {page} 0 R/V{text_string(value)}"
        self.named.append((name, number, field))
        self.pages.setdefault(page, []).append(number)

    def annotations(self, page: int) -> str:
        """The entry of a page for its fields."""
        numbers = self.pages.get(page)
        return f"/Annots[{' '.join([f'{number} 0 R' for number in numbers])}]" if numbers else ""

    def write(self, fonts: str) -> str:
        """Adds the fields; the form for the catalog, empty if there are none."""
        if not self.named:
            return ""
        roots = " ".join(f"{number} 0 R" for number in self._roots())
        return f"<</Fields[{roots}]/DR<</Font{fonts}>>/DA(/{FIELD_FONT} {SIZE} Tf 0 g)>>"

    def _roots(self) -> Iterator[int]:
        """A field called a.b is written as a field b within a field a: a point cannot stand in a name (12.7.3.2)."""
        parents: dict[str, list[int]] = {}
        numbers = {
            head: self.file.reserve() for head in dict.fromkeys(n.partition(".")[0] for n, *_ in self.named if "." in n)
        }
        for name, number, field in self.named:
            head, point, rest = name.partition(".")
            if point:
                parents.setdefault(head, []).append(number)
                self.file.put(number, f"<</T{text_string(rest)}/Parent {numbers[head]} 0 R{field}>>")
                if len(parents[head]) == 1:
                    yield numbers[head]
            else:
                self.file.put(number, f"<</T{text_string(name)}{field}>>")
                yield number
        for head, kids in parents.items():
            references = " ".join(f"{kid} 0 R" for kid in kids)
            self.file.put(numbers[head], f"<</T{text_string(head)}/Kids[{references}]>>")
