"""How given numbers stand on a paper: inputs and targets first, then a column for each unit, layer by layer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from qgen.engine.question import SHOWN, Given, Question

Column = list[str]  # ids of given numbers


def bands(question: Question, names: Collection[str], most: int) -> list[list[Column]]:
    """The given numbers of these names in tables of at most `most` columns; a layer is cut only where it must be.

    Inputs and targets share a column, unless that makes the tables longer.
    """
    givens = [given for given in question.given.values() if given.id in names]
    both = [_packed(_blocks(question, givens, together), most) for together in (True, False)]
    return min(both, key=lambda tables: sum(max(map(len, columns)) for columns in tables))


def _packed(blocks: Iterable[list[Column]], most: int) -> list[list[Column]]:
    found: list[list[Column]] = []
    for block in blocks:
        columns = [column for column in block if column]
        for start in range(0, len(columns), most):
            part = columns[start : start + most]
            if not found or len(found[-1]) + len(part) > most:
                found.append([])
            found[-1] += part
    return found


def _blocks(question: Question, givens: Sequence[Given], together: bool) -> Iterator[list[Column]]:
    """Columns that belong together; `together`: the inputs and targets of an example in one."""
    network, names = question.network, {given.id for given in givens}
    examples = dict.fromkeys((given.iteration, given.example) for given in givens)
    for at in examples:
        xs, ys = (
            [given.id for given in givens if (given.iteration, given.example) == at and given.kind == kind]
            for kind in ("inputs", "targets")
        )
        yield [xs + ys] if together else [xs, ys]
    seen: set[str] = set()
    for k, layer in enumerate(network.layers):
        columns = []
        for j in range(len(layer.units)):
            into = [*(network.weight(k, i, j) for i in network.sources(k, j)), network.bias(k, j)]
            columns.append([name for name in into if name in names and name not in seen])
            seen.update(into)  # a bias that units share stands with the first
        yield columns
    yield [[given.id for given in givens if given.kind == "momentum"]]
    shown = [given.id for given in givens if given.kind == SHOWN]
    places = [(question.by_id[name].layer, question.by_id[name].example, question.by_id[name].role) for name in shown]
    yield [[name for name, one in zip(shown, places, strict=True) if one == place] for place in dict.fromkeys(places)]
