"""The drawing of a question's network, with the names of its parameters or with their numbers in a variant, too."""

from collections.abc import Callable
from functools import cached_property

from qgen.decimals import plain
from qgen.engine.symbols import latex_name
from qgen.exam.certify import Batch
from qgen.papers.notation import Written
from qgen.papers.picture.diagram import EDGE_SIZE, Network, draw
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.math.formula import widest


class Picture:
    """The network of a batch's question, at most `width` points wide; `word` asks the words for a name."""

    def __init__(self, batch: Batch, width: float, word: Callable[..., str], written: Written) -> None:
        network = batch.question.network
        layers = list(enumerate(network.layers))
        self.batch, self.width, self.written = batch, width, written
        units = [[self._name(x) for x in network.xs]]
        units += [[self._name("a" + unit) for unit in layer.units] for _, layer in layers]
        edges = [
            ((k, i), (k + 1, j), self._name(network.weight(k, i, j)))
            for k, layer in layers
            for i in range(len(network.feeding(k)))
            for j in network.targets(k, i)
        ]
        biases = {
            (k + 1, j): self._name(name)
            for k, layer in layers
            for j in range(len(layer.units))
            if (name := network.bias(k, j))
        }
        rows = [("input", ""), *((layer.name, layer.activation.name) for _, layer in layers)]
        captions = [word("caption", *row) for row in rows]
        self.network = Network(units, edges, biases, captions)
        self.alt = word("drawing", network.shape, ", ".join(captions))

    @cached_property
    def named(self) -> Drawing:
        """With names only, the same for every variant."""
        return draw(self.network, width=self.width, alt=self.alt)

    def valued(self, variant: int) -> Drawing:
        """With the numbers of one variant."""
        values = {self._name(name): self._number(self.batch.givens[name][variant]) for name in self._parameters}
        return draw(self.network, width=self.width, alt=self.alt, room=self._room, values=values)

    @cached_property
    def _parameters(self) -> list[str]:
        names = {name for *_, name in self.network.edges} | set(self.network.biases.values())
        return [name for name in self.batch.question.givens if self._name(name) in names]

    @cached_property
    def _room(self) -> str:
        """The widest number of all variants."""
        columns = (set(self.batch.givens[name].tolist()) for name in self._parameters)
        return widest((self._number(value) for values in columns for value in values), EDGE_SIZE)

    def _name(self, quantity: str) -> str:
        return self.written.formula(latex_name(quantity), self.batch.question.id)

    def _number(self, value: float) -> str:
        return self.written.formula(plain(value))
