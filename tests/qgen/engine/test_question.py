"""Ids, order, layers and parts of the items: the contract that every file and every grader depends on."""

from collections import Counter

import pytest
from cases import NETWORKS, question_for, spec_for

from qgen.engine.steps import Role
from qgen.engine.symbols import example_of
from qgen.exam.spec import spec_of


def words(text):
    return text.split()


A = words("""
z1_1 z2_1 a1_1 a2_1 z1_2 z2_2 a1_2 a2_2 z3 a3 loss
dw11_1 dw21_1 dw31_1 dw12_1 dw22_1 dw32_1 db1_1 db2_1 dw11_2 dw21_2 dw12_2 dw22_2 db1_2 db2_2 dw13 dw23 db3
new_w11_1 new_w21_1 new_w31_1 new_w12_1 new_w22_1 new_w32_1 new_b1_1 new_b2_1
new_w11_2 new_w21_2 new_w12_2 new_w22_2 new_b1_2 new_b2_2 new_w13 new_w23 new_b3
""")
B = words("""
z1 a1 z2 a2 z3 a3 loss dw11 dw21 db1 dw12 db2 dw13 db3 new_w11 new_w21 new_b1 new_w12 new_b2 new_w13 new_b3
""")
THIRD = words("""
z1_1 z2_1 z3_1 a1_1 a2_1 a3_1 z1_2 z2_2 z3_2 a1_2 a2_2 a3_2 z1_3 z2_3 a1_3 a2_3 loss
dw11_1 dw21_1 dw12_1 dw22_1 dw13_1 dw23_1 db1_1 db2_1 db3_1
dw11_2 dw21_2 dw31_2 dw12_2 dw22_2 dw32_2 dw13_2 dw23_2 dw33_2 db1_2 db2_2 db3_2
dw11_3 dw21_3 dw31_3 dw12_3 dw22_3 dw32_3 db1_3 db2_3
""")


def steps(question, t=1):
    return [item.step for item in question.items if item.iteration == t]


def test_network_a_has_the_45_items_of_the_contract_in_order():
    question = question_for("A")
    assert len(A) == 45
    assert steps(question) == A
    assert [item.id for item in question.items] == ["q1_" + name for name in A]


def test_network_b_has_the_21_items_of_the_contract_in_order():
    assert len(B) == 21
    assert steps(question_for("B", "cross-entropy")) == B


def test_any_other_network_numbers_units_and_layers_throughout():
    found = steps(question_for("third", "cross-entropy"))
    assert found == THIRD + ["new_" + name[1:] for name in THIRD if name[0] == "d"]


def test_unit_numbers_of_two_digits_are_kept_apart():
    network = {"inputs": 11, "layers": [{"units": 12, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]}
    items = steps(spec_of({"questions": [{"network": network}]}).questions[0].question)
    assert {"dw1.11_1", "dw11.1_1", "dw11_1", "dw10.12_1", "new_w9.12_1", "dw12.1_2", "db12_1", "z12_1"} <= set(items)
    assert len(set(items)) == len(items)


@pytest.mark.parametrize("network", NETWORKS)
def test_later_iterations_carry_their_number(network):
    question = question_for(network, "squared-error", 3)
    first = steps(question, 1)
    assert [item.step for item in question.items] == first + ["t2_" + s for s in first] + ["t3_" + s for s in first]


def test_the_default_paper_asks_both_questions():
    questions = [q.question for q in spec_of({}).questions]
    assert [item.id for q in questions for item in q.items] == ["q1_" + s for s in A] + ["q2_" + s for s in B]


@pytest.mark.parametrize(
    ("network", "layers", "counts"),
    [
        ("A", ("hidden1", "hidden2", "output"), {"hidden1": 20, "hidden2": 16, "output": 9}),
        ("B", ("hidden", "output"), {"hidden": 8, "output": 13}),
        ("third", ("hidden1", "hidden2", "output"), {"hidden1": 24, "hidden2": 30, "output": 21}),
    ],
)
def test_every_item_belongs_to_one_layer_and_the_loss_to_the_output(network, layers, counts):
    question = question_for(network)
    assert question.layers == layers
    assert Counter(item.layer for item in question.items) == counts
    assert [item.layer for item in question.items if item.part == "loss"] == ["output"]


def test_the_layer_is_where_the_quantity_stands_in_the_network():
    where = {item.step: item.layer for item in question_for("A").items}
    assert [where[s] for s in ("z1_1", "dw32_1", "new_b2_1")] == ["hidden1"] * 3
    assert [where[s] for s in ("a2_2", "dw21_2", "new_w12_2")] == ["hidden2"] * 3
    assert [where[s] for s in ("z3", "dw23", "new_b3")] == ["output"] * 3
    where = {item.step: item.layer for item in question_for("B").items}
    assert [where[s] for s in ("a1", "dw21", "new_b1", "a2", "dw12", "new_b3")] == ["hidden"] * 3 + ["output"] * 3


@pytest.mark.parametrize(("network", "parts"), [("A", (10, 1, 17, 17)), ("B", (6, 1, 7, 7))])
def test_every_item_belongs_to_one_part(network, parts):
    items = question_for(network).items
    found = Counter(item.part for item in items)
    assert tuple(found[part] for part in ("forward", "loss", "gradient", "update")) == parts
    for item in items:
        start = {"forward": ("z", "a"), "loss": ("loss",), "gradient": ("d",), "update": ("new_",)}[item.part]
        assert item.step.startswith(start)


def test_marks_are_those_of_the_part():
    marks = {"forward": 1, "loss": 2, "gradient": 3, "update": 0.5}
    items = spec_for("B", "cross-entropy", marks=marks).questions[0].question.items
    assert {(item.part, item.marks) for item in items} == set(marks.items())


def test_givens_have_bare_names_and_later_examples_their_iteration():
    givens = question_for("A", "squared-error", 2).givens
    assert givens == tuple(
        words(
            "w11_1 w21_1 w31_1 w12_1 w22_1 w32_1 b1_1 b2_1 w11_2 w21_2 w12_2 w22_2 b1_2 b2_2 w13 w23 b3 alpha "
            "x1 x2 x3 y t2_x1 t2_x2 t2_x3 t2_y"
        )
    )
    assert question_for("B", "cross-entropy").givens == tuple(words("w11 w21 b1 w12 b2 w13 b3 alpha x1 x2 y2 y3"))


def test_givens_say_what_they_are_drawn_as_and_whose_example_they_belong_to():
    given = spec_for("B", iterations=2, momentum=0.9).questions[0].question.given
    names = ("w12", "b3", "alpha", "mu", "x1", "y2", "t2_x2")
    told = {name: (given[name].kind, given[name].iteration) for name in names}
    assert told == {
        "w12": ("weights", 0),
        "b3": ("biases", 0),
        "alpha": ("learning_rate", 0),
        "mu": ("momentum", 0),
        "x1": ("inputs", 1),
        "y2": ("targets", 1),
        "t2_x2": ("inputs", 2),
    }
    assert question_for("B", iterations=2).example(2) == ["t2_x1", "t2_x2", "t2_y2", "t2_y3"]


def test_every_step_says_of_which_example_of_its_batch_it_is():
    question = spec_for("A", iterations=2, batch=3).questions[0].question
    assert {step.example for step in question.all_steps} == {1, 2, 3}
    assert all(step.example == example_of(step.id)[0] for step in question.all_steps)


def test_an_update_knows_its_gradient_in_every_iteration():
    question = question_for("A", iterations=2)
    assert question.gradient_of("new_w11_1") == "dw11_1"
    assert question.gradient_of("t2_new_b3") == "t2_db3"


def test_paths_are_summed_only_where_there_are_several():
    ids = {step.id for step in question_for("A").steps if step.role == Role.SUM_OF_PATHS}
    assert ids == {"back~1_1", "back~2_1"}  # units 1 and 2 of layer 2 feed the output alone


@pytest.mark.parametrize("keys", [{}, {"iterations": 2}, {"iterations": 2, "batch": 2, "momentum": 0.9}], ids=str)
@pytest.mark.parametrize("network", ["A", "B", "softmax"])
def test_what_stands_beside_a_step_is_a_step_or_given(network, keys):
    question = spec_for(network, **keys).questions[0].question
    known = {*question.all_given, *(step.id for step in question.all_steps)}
    assert {of for step in question.all_steps for of in step.neighbours.values()} <= known
