"""A question is a list of steps: what to compute from what, fine enough for every number a student may write.

Which of all steps are needed for what a paper asks for: the others are left out.

Ids: answers carry the ids of the contract (z1_1, dw13, new_b3, t2_loss ...); what lies between them is named after
what it multiplies or sums and never collides with an answer (it holds a "*" or "~").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from qgen.engine.activations import Activation
from qgen.engine.losses import Loss


class Role(StrEnum):
    """What a step is for; those that a student is asked for are the named ones."""

    CARRY = "carry"
    PRODUCT = "product"
    PREACTIVATION = "preactivation"
    ACTIVATION = "activation"
    LOSS_TERM = "loss term"
    LOSS = "loss"
    SLOPE = "slope"
    ERROR = "error"
    DELTA = "delta"
    PATH = "path"
    SUM_OF_PATHS = "sum of paths"
    EXAMPLE_GRADIENT = "example's gradient"
    SUM_OF_EXAMPLES = "sum of examples"
    WEIGHT_GRADIENT = "weight gradient"
    BIAS_GRADIENT = "bias gradient"
    UNIT_DELTA = "unit's delta"
    ACTIVATION_GRADIENT = "activation gradient"
    INPUT_GRADIENT = "input gradient"
    SCALED_GRADIENT = "scaled gradient"
    MOMENTUM = "momentum"
    CHANGE = "change"
    UPDATE = "update"


GRADIENTS = (Role.WEIGHT_GRADIENT, Role.BIAS_GRADIENT)
BACK = (Role.UNIT_DELTA, Role.ACTIVATION_GRADIENT, Role.INPUT_GRADIENT)  # gradients that are printed only if asked for
NAMED = (
    Role.CARRY, Role.PREACTIVATION, Role.ACTIVATION, Role.LOSS, *GRADIENTS, *BACK, Role.CHANGE, Role.UPDATE
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """`id` = `rule`(`needs`), for its `role`; of a `layer` (from 0), a `unit` or a `parameter`, in an `iteration`.

    `constants` are handed to the rule by name. `neighbours` names what stands next to it on the page, which only
    mistakes use. `written` is False where nobody writes the result down: a parameter carried over, a slope that is one
    of a few known numbers. `shows` is the step whose value a student shows by answering this one, with its sign
    changed if `negative`. `after`: of the forward pass with updated parameters. `example`: of a batch, from 1; what is
    of the whole batch is of the first. `activation` of an activation and a
    slope, `loss` of all that belongs to it, up to the output's delta.
    """

    id: str
    rule: str
    needs: tuple[str, ...]
    role: Role
    iteration: int
    layer: int
    unit: str = ""
    parameter: str = ""
    neighbours: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    activation: Activation | None = None
    loss: Loss | None = None
    written: bool = True
    shows: str = ""
    negative: bool = False
    after: bool = False
    example: int = 1

    def __repr__(self) -> str:
        return f"<Step {self.id} = {self.rule}({', '.join(self.needs)})>"

    @property
    def named(self) -> bool:
        """Whether it has a name of its own on the page, as what lies between has not."""
        return self.role in NAMED


@dataclass(frozen=True)
class Descent:
    """How a question descends: `iterations`, the examples of a `batch`, whether with `momentum`.

    summed: loss and gradients of a batch are the sums of its examples' ones, not their means. negative: a unit's delta
    is -dL/dz.
    """

    iterations: int = 1
    batch: int = 1
    summed: bool = False
    momentum: bool = False
    negative: bool = False


def given_instead(steps: Sequence[Step], shown: Collection[str]) -> tuple[Step, ...]:
    """The steps, where what a given one shows, such as the dL/dz of a unit's delta, is taken from it."""
    by = {step.shows: step for step in steps if step.shows and step.id in shown}
    return tuple(
        replace(step, rule=by[step.id].rule, needs=(by[step.id].id,), neighbours={}, constants={}, written=False)
        if step.id in by and step.id not in shown
        else step
        for step in steps
    )


def needed(steps: Sequence[Step], asked: Collection[str], shown: Collection[str] = ()) -> tuple[Step, ...]:
    """The steps that lead to those asked for; shown ones are given, and what leads to them alone is not needed."""
    wanted = set(asked)
    for step in reversed(steps):
        if step.id in wanted and step.id not in shown:
            wanted |= set(step.needs)
    return tuple(step for step in steps if step.id in wanted and step.id not in shown)


def with_neighbours(steps: Sequence[Step], kept: Sequence[Step]) -> tuple[Step, ...]:
    """The kept steps, and what stands beside them as far as a student can work it out: mistakes use it.

    Of two steps that show the same one, such as a unit's delta and its bias's gradient, only the first does.
    """
    by_id = {step.id: step for step in steps}
    ids = {step.id for step in kept}
    given = {need for step in kept for need in step.needs} - ids
    known = given | ids
    beside: set[str] = set()
    for step in steps:
        if step.id not in known and known.issuperset(step.needs):
            known.add(step.id)
    for step in kept:
        beside |= {name for name in step.neighbours.values() if name in known and name in by_id}
    ids |= {step.id for step in needed(steps, beside, given | ids)} - given
    return tuple(_trimmed([step for step in steps if step.id in ids], ids | given))


def _trimmed(steps: Sequence[Step], known: Collection[str]) -> Iterator[Step]:
    shown: set[str] = set()
    for step in steps:
        shows = step.shows if step.shows not in shown else ""
        neighbours = {name: of for name, of in step.neighbours.items() if of in known}
        if shows != step.shows or len(neighbours) < len(step.neighbours):
            step = replace(step, shows=shows, neighbours=neighbours)
        shown |= {step.shows} - {""}
        yield step
