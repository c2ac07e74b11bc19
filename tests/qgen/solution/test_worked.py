"""The worked solution: every printed line is true, and is what an honest student may write."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from cases import drawn, notes_givens, question_for
from reading import value_of

from qgen.engine.network import prefix
from qgen.engine.rounding import Rounding
from qgen.engine.solve import solve
from qgen.engine.symbols import latex_name
from qgen.solution.worked import Derivation, paths, worked, worked_values

CASES = [
    ("A", "squared-error", 1),
    ("A", "cross-entropy", 2),
    ("B", "cross-entropy", 1),
    ("B", "squared-error", 2),
    ("third", "cross-entropy", 1),
    ("fourth", "squared-error", 1),
    ("B", "sum-of-squares", 1),
    ("leaky", "mean-squared-error", 1),
]


@cache
def derivation(network, loss, iterations):
    return Derivation(question_for(network, loss, iterations))


def variants(case, count=2):
    batch = drawn(20, *case)
    for v in range(count):
        yield batch, v, {name: float(values[v]) for name, values in batch.givens.items()}


def names_of(question, values, t):
    """Values by the LaTeX that an iteration's lines write."""
    p = prefix(t)
    own = {n: values[n] for n in values if n.startswith(p) and (p or n[:1] != "t") and not set("*~") & set(n)}
    own |= {"alpha": values["alpha"]}
    return {latex_name(name): float(value) for name, value in own.items()}


def parts_of(line):
    return [part.strip() for part in line.removeprefix("=").split(" = ")]


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_numbers_comes_to_the_number_it_states(case):
    for batch, _, givens in variants(case):
        sheet, half = worked(derivation(*case), givens, batch.rounding), 0.5 * 10.0**-batch.rounding.digits
        lines = [w.lines[-1] for w in sheet.items] + list(sheet.factors.values())
        for line in lines:
            *_, right, result = ["", *parts_of(line)]
            if right and "_" not in right:
                assert abs(value_of(right) - float(result)) <= half + 1e-9, line
            assert "e" not in result


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_symbols_means_the_exact_value(case):
    batch, v, givens = next(variants(case, 1))
    question, sheet = batch.question, worked(derivation(*case), givens, batch.rounding)
    values = givens | solve(question.steps, givens)
    for w in sheet.items:
        symbols = parts_of(w.lines[-2])[-1]
        names = names_of(question, values, w.item.iteration)
        assert value_of(symbols, names) == pytest.approx(float(values[w.item.step]), rel=1e-9), w.lines
    for step, line in sheet.factors.items():
        t = 2 if step.startswith("t2_") else 1
        symbols = parts_of(line)[1]
        assert value_of(symbols, names_of(question, values, t)) == pytest.approx(float(values[step]), rel=1e-9), line
    assert v == 0


@pytest.mark.parametrize("case", CASES)
def test_every_printed_number_lies_within_the_accepted_range(case):
    for batch, v, givens in variants(case, 20):
        for w in worked(derivation(*case), givens, batch.rounding).items:
            accepted = batch.accepted[w.item.id]
            assert accepted.low[v] <= float(w.value) <= accepted.high[v], w.lines


@pytest.mark.parametrize("case", CASES)
def test_there_is_a_line_for_every_item_in_order_ending_in_its_number(case):
    batch, _, givens = next(variants(case, 1))
    sheet = worked(derivation(*case), givens, batch.rounding)
    assert [w.item for w in sheet.items] == list(batch.question.items)
    for w in sheet.items:
        assert w.lines[0].startswith(latex_name(w.item.step) + " = ")
        assert w.lines[-1].endswith("= " + w.value)
        assert len(w.lines) == (3 if w.item.part == "gradient" else 2)
        assert len(w.value.partition(".")[2]) == batch.rounding.digits


def layers_above(network, parameter):
    """How many ways lead from a parameter's unit to the loss."""
    k = next(k for k in range(len(network.layers)) if parameter in network.parameters(k))
    return int(np.prod([len(layer.units) for layer in network.layers[k + 1 :]]))


@pytest.mark.parametrize("case", [case for case in CASES if case[0] in "AB"])
def test_a_chain_has_a_term_for_every_path_through_the_network(case):
    d = derivation(*case)
    network = d.question.network
    for item in d.question.items:
        if item.part == "gradient":
            parameter = item.step.removeprefix(prefix(item.iteration))[1:]
            assert d.chains[item.step].count(" + ") + 1 == layers_above(network, parameter), item.step
    assert not d.layered


@pytest.mark.parametrize("case", [case for case in CASES if case[0] not in "AB"])
def test_a_network_of_many_paths_is_worked_through_the_layer_above(case):
    d = derivation(*case)
    assert d.layered
    network = d.question.network
    for k, layer in enumerate(network.layers[:-1]):
        for unit in layer.units:
            assert d.chains["db" + unit].count(" + ") + 1 == len(network.layers[k + 1].units)
        for name in network.parameters(k):
            if name[0] == "w":
                assert d.chains["d" + name].count(" + ") == 0


@pytest.mark.parametrize("case", CASES)
def test_a_chain_multiplied_out_is_the_gradient(case):
    batch, _, givens = next(variants(case, 1))
    question, d = batch.question, derivation(*case)
    values = givens | {k: float(v) for k, v in solve(question.steps, givens).items()}
    network = question.network
    kind = {unit: layer.activation.name for layer in network.layers for unit in layer.units}

    def partial(top, below, p):
        top, below = top.removeprefix(p), below.removeprefix(p)
        unit = top[1:]
        if top == "loss":
            if below[0] == "z":
                return values[p + "db" + below[1:]]
            a = values[p + below]
            y = values[p + network.ys[network.layers[-1].units.index(below[1:])]]
            factors = {"squared-error": 1, "sum-of-squares": 2, "mean-squared-error": 2 / len(network.ys)}
            return factors.get(question.loss.name, 1 / (a * (1 - a))) * (a - y)
        if top[0] == "a":
            z, a = values[p + "z" + unit], values[p + top]
            slopes = {"relu": float(z > 0), "sigmoid": a * (1 - a), "tanh": 1 - a * a, "identity": 1.0}
            leak = next(layer for layer in network.layers if unit in layer.units).activation.constants.get("slope")
            return slopes.get(kind[unit], 1.0 if z > 0 else leak)
        k = next(k for k, layer in enumerate(network.layers) if unit in layer.units)
        sources = network.feeding(k)
        j = network.layers[k].units.index(unit)
        if below[0] == "b":
            return 1.0
        if below[0] == "w":
            i = next(i for i in range(len(sources)) if network.weight(k, i, j) == below)
            return values[p + sources[i]]
        return values[p + network.weight(k, sources.index(below), j)]

    for item in question.items:
        if item.part == "gradient":
            p = prefix(item.iteration)
            terms = [np.prod([partial(a, b, p) for a, b in pairwise(path)]) for path in paths(d, item.step)]
            assert sum(terms) == pytest.approx(values[item.step], rel=1e-9), item.step


def test_the_numbers_are_those_of_a_student_who_rounds_what_is_shown():
    values = worked_values(derivation("A", "squared-error", 1), notes_givens(), Rounding("dp", 4))
    assert values["a2_2"] == 0.9932
    assert values["z3"] == round(0.61 * values["a1_2"] + 0.39 * 0.9932 + 0.08, 4)
    assert values["new_b3"] == pytest.approx(0.08 - 0.7 * values["db3"], abs=0.5e-4)


def test_a_dead_units_slope_is_a_plain_zero():
    question, givens = question_for("A"), notes_givens() | {"b1_1": -9.0}
    sheet = worked(Derivation(question), givens, Rounding("dp", 4))
    by_step = {w.item.step: w for w in sheet.items}
    assert sheet.factors["slope~1_1"].endswith("= 0")
    assert by_step["dw11_1"].value == "0.0000"
    assert r"\cdot 0 \cdot" in by_step["dw11_1"].lines[-1]
    assert by_step["new_b1_1"].value == "-9.0000"
