"""The way of a gradient through the network: from the loss back to its parameter, as one chain of arrows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from qgen.engine.steps import Role
from qgen.engine.symbols import latex_name
from qgen.solution.worked import Derivation, paths, shortened

_ARROW = r" \to "


def gradient_path(derivation: Derivation, gradient: str) -> str:
    r"""LaTeX such as L \to a_3 \to z_3 \to w_13; units that are passed side by side stand in braces, between bars.

    Layers are fully connected: paths that part in one layer meet again in the next, or at the parameter.
    """
    columns = [list(dict.fromkeys(nodes)) for nodes in zip(*paths(derivation, gradient), strict=True)]
    chain: list[str] = []
    for several, group in groupby(columns, key=lambda nodes: len(nodes) > 1):
        if several:
            # a layer's activations and its pre-activations: a_1 -> z_1 beside a_2 -> z_2
            for layer in _in_pairs(derivation, list(group)):
                units = r" \;|\; ".join(_ARROW.join(map(latex_name, unit)) for unit in zip(*layer, strict=True))
                chain.append(rf"\{{\, {units} \,\}}")
        else:
            chain += [latex_name(name) for (name,) in group]
    if shortened(derivation, gradient):
        chain.insert(1, r"\cdots")
    return _ARROW.join(chain)


def _in_pairs(derivation: Derivation, columns: Sequence[list[str]]) -> list[Sequence[list[str]]]:
    """A run of columns cut into one or two for each layer: its pre-activations go with the activations before."""
    roles = [derivation.steps[nodes[0]].role for nodes in columns]
    cut = [k for k in range(1, len(columns)) if roles[k] == Role.ACTIVATION]
    return [columns[start:end] for start, end in zip([0, *cut], [*cut, len(columns)], strict=True)]
