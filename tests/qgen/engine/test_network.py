"""Networks as data: what a table of layers means, and what is said about one that means nothing."""

import pytest
from cases import THIRD

from qgen.engine.activations import ACTIVATIONS
from qgen.engine.network import layer_names, named_network, network_of
from qgen.errors import InputError

GOOD = {"inputs": 3, "layers": [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "sigmoid"}]}


def faults(table):
    with pytest.raises(InputError) as caught:
        network_of(table, "net", "exam.toml: network")
    return caught.value.faults


def test_a_count_of_units_labels_them_by_layer():
    network = network_of(THIRD, "net", "here")
    assert [layer.units for layer in network.layers] == [("1_1", "2_1", "3_1"), ("1_2", "2_2", "3_2"), ("1_3", "2_3")]
    assert network.shape == "2-3-3-2"
    assert (network.xs, network.ys) == (("x1", "x2"), ("y1", "y2"))
    assert len(network.weights) == 6 + 9 + 6
    assert len(network.biases) == 8


def test_the_networks_of_the_notes_come_with_the_program():
    a, b = named_network("relu-sigmoid", "here"), named_network("tanh-heads", "here")
    assert (a.shape, [layer.activation.name for layer in a.layers]) == ("3-2-2-1", ["relu", "sigmoid", "sigmoid"])
    assert (b.shape, [layer.activation.name for layer in b.layers]) == ("2-1-2", ["tanh", "sigmoid"])
    assert (a.ys, b.ys) == (("y",), ("y2", "y3"))


@pytest.mark.parametrize(
    ("count", "names"), [(1, ("output",)), (2, ("hidden", "output")), (4, ("hidden1", "hidden2", "hidden3", "output"))]
)
def test_layers_are_named_from_the_input_on(count, names):
    assert layer_names(count) == names


def test_an_unknown_network_is_answered_with_the_nearest():
    with pytest.raises(InputError) as caught:
        named_network("relu-sigmoit", "exam.toml: network")
    assert caught.value.faults == ('exam.toml: network: no network "relu-sigmoit"; did you mean "relu-sigmoid"?',)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"inputs": 0}, 'exam.toml: network.inputs: "0" is not a number of inputs; write 1 to 99'),
        ({"inputs": True}, 'exam.toml: network.inputs: "True" is not a number of inputs; write 1 to 99'),
        ({"inputs": "3"}, 'exam.toml: network.inputs: "3" is not a number of inputs; write 1 to 99'),
        ({"input": 3}, 'exam.toml: network: "input" is not known; did you mean "inputs"?'),
        ({"layers": []}, 'exam.toml: network.layers: write a list such as [{units = 3, activation = "relu"}, ...]'),
        ({"layers": "relu"}, 'exam.toml: network.layers: write a list such as [{units = 3, activation = "relu"}, ...]'),
        (
            {"layers": ["relu"]},
            'exam.toml: network.layers[1]: "relu" is not a table; write {units = 3, activation = "relu"}',
        ),
        (
            {"layers": [{"units": 1, "activation": "sigmoyd"}]},
            f'exam.toml: network.layers[1].activation: "sigmoyd" is not known; write one of {", ".join(ACTIVATIONS)}',
        ),
        (
            {"layers": [{"units": 100, "activation": "relu"}]},
            'exam.toml: network.layers[1].units: "100" is not a number of units; write 1 to 99',
        ),
        (
            {"layers": [{"units": ["a"], "activation": "relu"}]},
            "exam.toml: network.layers[1].units: \"['a']\" is not a number of units; write 1 to 99",
        ),
        (
            {"layers": [{"units": 1, "activation": "relu", "colour": 1}]},
            'exam.toml: network.layers[1]: "colour" is not known; known: units, activation, biases, connections',
        ),
        (
            {"layers": [{"units": ["1", "1"], "activation": "relu"}]},
            "exam.toml: network.layers[1].units: \"['1', '1']\" is not a number of units; write 1 to 99",
        ),
        (
            {"layers": [{"units": ["1"], "activation": "relu"}, {"units": ["1"], "activation": "relu"}]},
            'exam.toml: network.layers: two units share a name in "1 1"; write other labels',
        ),
    ],
)
def test_a_table_that_is_no_network_is_refused(change, fault):
    assert fault in faults(GOOD | change)


def test_all_faults_are_listed_at_once():
    assert len(faults({"inputs": 0, "layers": [{"units": 0, "activation": "x"}, {"units": 1}], "more": 1})) == 5


@pytest.mark.parametrize(("slope", "fine"), [(0.999, True), (0.001, True), (1.0, False), (0.0, False), ("0.1", False)])
def test_a_leaky_slope_lies_between_0_and_1(slope, fine):
    table = {"inputs": 1, "layers": [{"units": 1, "activation": "leaky-relu", "slope": slope}]}
    if fine:
        assert network_of(table, "net", "here").layers[0].activation.constants == {"slope": slope}
    else:
        with pytest.raises(InputError) as caught:
            network_of(table, "net", "here")
        assert caught.value.faults == (
            f'here.layers[1].slope: "{slope}" is not accepted; write a number between 0 and 1',
        )


@pytest.mark.parametrize(
    "units",
    [["1", 2], [], "1", ["1", "2_1"], ["1_1", "2_2"], ["a", "2"], ["1_1", "a_1"], ["1_1", "2_a"], ["²"], ["1_²"], [""]],
)
def test_labels_are_numbers_of_one_layer(units):
    table = {"inputs": 1, "layers": [{"units": units, "activation": "sigmoid"}]}
    assert faults(table) == (f'exam.toml: network.layers[1].units: "{units}" is not a number of units; write 1 to 99',)


@pytest.mark.parametrize("units", [["1"], ["1", "3"], ["1_2", "5_2"], ["10_1"]])
def test_any_numbers_of_one_layer_are_labels(units):
    table = {"inputs": 1, "layers": [{"units": units, "activation": "sigmoid"}]}
    assert network_of(table, "net", "here").layers[0].units == tuple(units)


def test_one_and_99_inputs_and_units_are_accepted_and_one_more_is_not():
    for count, fine in ((1, True), (99, True), (100, False)):
        table = {"inputs": count, "layers": [{"units": count, "activation": "sigmoid"}]}
        if fine:
            assert network_of(table, "net", "here").shape == f"{count}-{count}"
        else:
            assert len(faults(table)) == 2


def test_units_of_two_digits_are_told_apart_by_a_point():
    network = network_of({"inputs": 10, "layers": [{"units": 11, "activation": "tanh"}]}, "net", "here")
    assert (network.weight(0, 0, 0), network.weight(0, 9, 0), network.weight(0, 0, 10)) == (
        "w11_1", "w10.1_1", "w1.11_1",
    )  # fmt: skip


@pytest.mark.parametrize(
    "connections",
    [
        [[1, 1], [1, 2], [1, 1]], [[1, 1], [1, 0.5], [1, 1]], [[1, 1], [1], [1, 1]], [[1, 1], [0, 0], [1, 1]],
        [[1, 0], [1, 0], [1, 0]], [[1, 1], [1, 1]], [[1, 1, 1], [1, 1, 1]], [1, 1, 1], "all", {"1": [1, 1]},
    ],
)  # fmt: skip
def test_connections_are_a_row_of_0s_and_1s_for_each_source_and_something_in_each_row_and_column(connections):
    layers = [{"units": 2, "activation": "relu", "connections": connections}, GOOD["layers"][1]]
    (fault,) = faults(GOOD | {"layers": layers})
    assert fault.startswith(f'exam.toml: network.layers[1].connections: "{connections}" is not accepted; write a row ')
