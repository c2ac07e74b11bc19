"""The way of a gradient through the network: from the loss back to its parameter, as one chain of arrows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from qgen.engine.symbols import latex_name
from qgen.solution.worked import Derivation, paths

_ARROW = r" \to "


def route(derivation: Derivation, gradient: str) -> str:
    r"""LaTeX such as L \to a_3 \to z_3 \to w_13; units that are passed side by side stand in braces, between bars.

    Layers are fully connected: paths that part in one layer meet again in the next, or at the parameter.
    """
    ways = paths(derivation, gradient)
    columns = [list(dict.fromkeys(nodes)) for nodes in zip(*ways, strict=True)]
    chain: list[str] = []
    for several, group in groupby(columns, key=lambda nodes: len(nodes) > 1):
        names = [list(map(latex_name, nodes)) for nodes in group]
        if several:
            # a layer's activations and its pre-activations: a_1 -> z_1 beside a_2 -> z_2
            for layer in _in_pairs(names):
                beside = r" \;|\; ".join(_ARROW.join(unit) for unit in zip(*layer, strict=True))
                chain.append(rf"\{{\, {beside} \,\}}")
        else:
            chain += [name for (name,) in names]
    if derivation.through_above(derivation.steps[gradient].needs[0]):
        chain.insert(1, r"\cdots")
    return _ARROW.join(chain)


def _in_pairs(names: Sequence[list[str]]) -> list[Sequence[list[str]]]:
    """A run of columns cut into one or two for each layer: its pre-activations go with the activations before."""
    cut = [k for k in range(1, len(names)) if names[k][0].startswith("a")]
    return [names[start:end] for start, end in zip([0, *cut], [*cut, len(names)], strict=True)]
