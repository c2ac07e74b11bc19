"""Any system that reads a table with an id column: ids as its export has them, one column per grade."""

from grader.lms.gradebook import Column, Gradebook, IdColumns, Kind, System, needed, students_of
from qgen.headings import columns
from qgen.tables.table import Table


class Generic(System):
    """Ids, grades, and the comment."""

    name = "generic CSV"
    upload = "wherever a CSV with an id column can be imported (Schoology: Gradebook > Import, match columns)"
    bare_row = (("student_id", "{}"),)
    bare_note = "students are known by the exam's student_id alone"
    comments = True
    free_headings = True

    def read(self, table: Table) -> Gradebook:
        """Any table with a column that is plainly an id, a login or an e-mail address."""
        known: dict[Kind, list[int]] = {
            "id": columns(table.heading, "id", "own"),
            "login": columns(table.heading, "login"),
            "email": columns(table.heading, "email"),
        }
        places = [i for found in known.values() for i in found]
        if not places:
            raise needed(table, "a class", '"student_id"', '"username"', '"email"')
        others = tuple(
            Column(cell.strip(), cell.strip(), index=i)
            for i, cell in enumerate(table.heading)
            if i not in [*places, *columns(table.heading, "name", "first", "middle", "last")] and cell.strip()
        )
        ids = tuple(IdColumns((i,), tuple(sorted(places))) for i in places)
        return Gradebook(tuple(table.heading), students_of(table, known), others, ids, table.delimiter)


SYSTEM = Generic()
