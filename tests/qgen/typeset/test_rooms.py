import ast
from pathlib import Path

import qgen.typeset

ROOMS = ["private", "pdf", "markup", "fonts", "drawing", "math", "page"]
"""Each may import from those before it."""


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("qgen", "grader")):
            yield node.module.split(".")


def test_typeset_knows_nothing_above_it_and_its_rooms_import_one_way():
    folder = Path(qgen.typeset.__file__).parent
    for path in folder.rglob("*.py"):
        room = path.relative_to(folder).parts[0].removesuffix(".py")
        for module in imports(path):
            assert module[:2] in (["qgen", "typeset"], ["qgen", "errors"]), (path, module)
            if module[1] == "typeset":
                assert ROOMS.index(module[2]) <= ROOMS.index(room), (path, module)
