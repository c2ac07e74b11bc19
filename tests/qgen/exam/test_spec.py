"""exam.toml -> Spec: defaults, what is drawn, and one line for everything that cannot be meant."""

from decimal import Decimal

import pytest
from cases import THIRD

from qgen.engine.activations import ACTIVATIONS
from qgen.engine.losses import LOSSES
from qgen.errors import InputError
from qgen.exam.question_spec import POOLS
from qgen.exam.spec import read_spec, spec_of

Q1 = "spec: questions[1]"
RANGE = "write {low = -0.99, high = 0.99, step = 0.01}, a list or a number"


def faults(table):
    with pytest.raises(InputError) as caught:
        spec_of(table)
    return caught.value.faults


def question(**keys):
    return {"questions": [{"network": "relu-sigmoid", **keys}]}


def ending(activation, units):
    return {"inputs": 2, "layers": [{"units": 2, "activation": "tanh"}, {"units": units, "activation": activation}]}


def test_an_empty_file_is_both_networks_of_the_notes_with_every_default():
    spec = spec_of({})
    assert [(q.question.network.name, q.question.loss.name, q.question.iterations) for q in spec.questions] == [
        ("relu-sigmoid", "squared-error", 1),
        ("tanh-heads", "cross-entropy", 1),
    ]
    assert str(spec.rounding) == "4dp"
    assert (spec.certify.tolerance, spec.certify.copying, spec.marking.imprecise) == (0.05, 0.1, 0.5)


def test_the_filled_in_table_is_the_same_spec_again():
    for table in (
        {},
        question(loss="cross-entropy", iterations=2, givens={"x1": 0.7}),
        {"questions": [{"network": THIRD}]},
    ):
        once = spec_of(table)
        assert spec_of(once.table) == once
        assert spec_of(once.table).table == once.table


def test_several_iterations_round_to_one_more_decimal_unless_told():
    assert str(spec_of(question(iterations=2)).rounding) == "5dp"
    assert str(spec_of(question(iterations=2) | {"rounding": "4dp"}).rounding) == "4dp"
    one_of_two = {"questions": [*question()["questions"], *question(iterations=2)["questions"]]}
    assert str(spec_of(one_of_two).rounding) == "5dp"


def test_pools_hold_no_zero_no_one_and_nothing_that_ends_in_zero():
    for q in spec_of({}).questions:
        for kind in ("weights", "biases", "inputs"):
            for value in q.pools[kind].values:
                assert abs(value) not in (0, 1)
                assert str(value)[-1] != "0"
    assert set(q.pools) == set(POOLS)
    assert [str(v) for v in q.pools["learning_rate"].values] == ["0.5", "0.6", "0.7", "0.8"]


def test_a_range_holds_its_ends_and_the_multiples_of_its_step():
    pools = spec_of(question(weights={"low": -0.33, "high": 0.35, "step": 0.11, "smallest": 0.2})).questions[0].pools
    assert pools["weights"].values == (Decimal("-0.33"), Decimal("-0.22"), Decimal("0.22"), Decimal("0.33"))
    pools = spec_of(question(inputs={"low": 2, "high": 5, "step": 1})).questions[0].pools
    assert pools["inputs"].values == (2, 3, 4, 5)


def test_a_list_or_a_number_is_taken_as_it_is():
    pools = spec_of(question(inputs=[1, 2, 0], learning_rate=0.5)).questions[0].pools
    assert pools["inputs"].values == (1, 2, 0)
    assert pools["learning_rate"].values == (Decimal("0.5"),)


def layered(**layer):
    return {"questions": [{"network": {"inputs": 2, "layers": [layer, {"units": 1, "activation": "sigmoid"}]}}]}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ReLU", "relu"), ("linear", "identity"), ("Logistic", "sigmoid"), ("Leaky ReLU", "leaky-relu"),
        ("leaky_relu", "leaky-relu"), ("Tanh", "tanh"),
    ],
)  # fmt: skip
def test_an_activation_goes_by_the_names_that_people_use(said, meant):
    spec = spec_of(layered(units=2, activation=said))
    assert spec.questions[0].question.network.layers[0].activation is ACTIVATIONS[meant]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("MSE", "mean-squared-error"), ("mean squared error", "mean-squared-error"), ("bce", "cross-entropy"),
        ("sse", "sum-of-squares"), ("sum_of_squares", "sum-of-squares"), ("Squared Error", "squared-error"),
    ],
)  # fmt: skip
def test_a_loss_goes_by_the_names_that_people_use(said, meant):
    assert spec_of(question(loss=said)).questions[0].question.loss is LOSSES[meant]


def test_a_slope_that_is_set_in_the_network_is_the_layer_s():
    spec = spec_of(layered(units=2, activation="leaky-relu", slope=0.2))
    assert spec.questions[0].question.network.layers[0].activation.constants == {"slope": 0.2}
    assert ACTIVATIONS["leaky-relu"].constants == {"slope": 0.01}


FAULTS = [
    (
        layered(units=2, activation="leaky-relu", slope=1.5),
        f'{Q1}.network.layers[1].slope: "1.5" is not accepted; write a number between 0 and 1',
    ),
    ({"questions": [{"ask": []}]}, f'{Q1}.ask: "[]" is no list of names; write ["a3", "loss", "dw*"]'),
    (
        layered(units=2, activation="relu", slope=0.5),
        f'{Q1}.network.layers[1]: "slope" is not known; known: units, activation, biases, connections',
    ),
    (
        layered(units=2, activation="leaky-relu", slope=0.00123),
        f'{Q1}.network: slope "0.00123" has more decimals than the rounding rule 4dp asks for',
    ),
    ({"titel": "x"}, 'spec: titel: not known; did you mean "title"?'),
    (question(los="x"), f'{Q1}.los: not known; did you mean "loss"?'),
    ({"certify": {"tolerence": 0.1}}, 'spec: certify.tolerence: not known; did you mean "tolerance"?'),
    ({"marking": {"imprcise": 1}}, 'spec: marking.imprcise: not known; did you mean "imprecise"?'),
    (question(marks={"los": 1}), f'{Q1}.marks: "los" is no part, layer or item here; did you mean "loss"?'),
    ({"questions": []}, "spec: questions: write one or more [[questions]] tables"),
    ({"questions": {"network": "relu-sigmoid"}}, "spec: questions: write one or more [[questions]] tables"),
    ({"questions": ["relu-sigmoid"]}, "spec: questions: write one or more [[questions]] tables"),
    ({"questions": [{}, "relu-sigmoid"]}, "spec: questions: write one or more [[questions]] tables"),
    ({"title": 3}, 'spec: title: "3" is not text; write it in quotes'),
    ({"course": ["a"]}, "spec: course: \"['a']\" is not text; write it in quotes"),
    ({"instructions": False}, 'spec: instructions: "False" is not text; write it in quotes'),
    ({"paper": "a5"}, 'spec: paper: "a5" is no paper size; write "a4", "letter" or "a3"'),
    ({"boxes": "comb"}, 'spec: boxes: "comb" is not accepted; did you mean "combs"?'),
    ({"boxes": "boxes"}, 'spec: boxes: "boxes" is not accepted; known: free, combs'),
    ({"boxes": ["combs"]}, 'spec: boxes: "[\'combs\']" is not accepted; did you mean "combs"?'),
    (
        {"boxes": "combs", "rounding": "4sf"},
        'spec: boxes: combs need decimal places; write rounding = "4dp", or boxes = "free"',
    ),
    ({"combs": True}, 'spec: combs: not known; write boxes = "combs"'),
    ({"drawing": True}, 'spec: drawing: "True" is not accepted; write "names" or "values"'),
    ({"rounding": "four"}, 'spec: rounding: "four" is no rounding rule; write 2dp to 8dp or 2sf to 8sf'),
    ({"certify": 3}, 'spec: certify: "3" is not a table'),
    ({"certify": {"tolerance": 2}}, 'spec: certify.tolerance: "2" is not accepted; write a number from 0 to 1'),
    ({"certify": {"kink": "a"}}, 'spec: certify.kink: "a" is not accepted; write a number from 0 to 1'),
    ({"certify": {"misconceptions": "no"}}, 'spec: certify.misconceptions: "no": write true or false'),
    ({"marking": {"imprecise": -1}}, 'spec: marking.imprecise: "-1" is not accepted; write a number from 0 to 1'),
    (
        {"marking": {"no_follow_through": "loss"}},
        'spec: marking.no_follow_through: "loss": write a list of forward, loss, gradient, update',
    ),
    (question(network="relu-sigmiod"), f'{Q1}.network: no network "relu-sigmiod"; did you mean "relu-sigmoid"?'),
    (
        {"questions": [{"network": 7}]},
        f'{Q1}.network: write a name such as "relu-sigmoid", or a table of inputs and layers',
    ),
    (question(loss="hinge"), f'{Q1}.loss: "hinge" is not known; write one of ' + ", ".join(LOSSES)),
    (question(batch=5), f'{Q1}.batch: "5" is not accepted; write 2 to 4 examples'),
    (question(batch=2, batch_loss="max"), f'{Q1}.batch_loss: "max" is not known; write one of mean, sum'),
    (question(batch_loss="sum"), f"{Q1}.batch_loss: there is one example; write batch = 2, or leave this line out"),
    (
        question(momentum=0.9),
        f"{Q1}.momentum: the first of all iterations has none; write iterations = 2, or leave this line out",
    ),
    (
        question(network=ending("softmax", 3), loss="squared-error"),
        f'{Q1}.loss: squared-error: "network" ends in softmax; write loss = "categorical-cross-entropy"',
    ),
    (
        question(network=ending("sigmoid", 3), loss="cce"),
        f'{Q1}.loss: categorical-cross-entropy needs softmax outputs, "network" ends in sigmoid; '
        'write loss = "squared-error"',
    ),
    (question(network=ending("softmax", 1)), f"{Q1}.network: softmax needs two or more outputs"),
    (
        question(network=ending("softmax", 2), givens={"y1": 1}),
        f"{Q1}.givens: y1 = 1, y2 = ?: with categorical-cross-entropy all are given and add up to 1, or none is",
    ),
    (
        question(network={"inputs": 2, "layers": [{"units": 2, "activation": "tanh"}]}),
        f'{Q1}.loss: cross-entropy needs sigmoid outputs, "network" ends in tanh; write loss = "squared-error"',
    ),
    (question(iterations=0), f'{Q1}.iterations: "0" is not accepted; write 1 to 9'),
    (question(iterations="2"), f'{Q1}.iterations: "2" is not accepted; write 1 to 9'),
    (question(iterations=True), f'{Q1}.iterations: "True" is not accepted; write 1 to 9'),
    (question(dead_relu=3), f'{Q1}.dead_relu: "3" is not accepted; write 0 to 2'),
    (question(marks="3"), f'{Q1}.marks: "3" is not a table'),
    (
        question(marks={"question": 5, "update": 1}),
        f"{Q1}.marks: the items' own marks are 17 together, the question's 5",
    ),
    (question(marks={"loss": -1}), f'{Q1}.marks.loss: "-1" is not accepted; write a number from 0 to 1000, or "1/3"'),
    (
        question(marks={"loss": 10**400}),
        f'{Q1}.marks.loss: "{10**400}" is not accepted; write a number from 0 to 1000, or "1/3"',
    ),
    (question(weights="x"), f'{Q1}.weights: "x" is no range; {RANGE}'),
    (question(weights=[]), f'{Q1}.weights: "[]" is no range; {RANGE}'),
    (question(weights=float("inf")), f'{Q1}.weights: "inf" is no range; {RANGE}'),
    (question(weights={"low": 1}), f"{Q1}.weights: \"{{'low': 1}}\" is no range; {RANGE}"),
    (
        question(weights={"low": "a", "high": 1, "step": 1}),
        f"{Q1}.weights: \"{{'low': 'a', 'high': 1, 'step': 1}}\" holds something that is not a number",
    ),
    *(
        (
            question(weights={"low": low, "high": high, "step": step}),
            f"{Q1}.weights: low {low}, high {high}, step {step} is an impossible range; "
            "write low <= high and a step that divides it into at most 100000 parts",
        )
        for low, high, step in [(2, 1, 0.1), (1, 2, 0), (1, 2, -0.5), (0, 1000, 0.001)]
    ),
    (
        question(weights={"low": 0, "high": 1, "step": 1}),
        f"{Q1}.weights: low 0, high 1, step 1 leaves no number but 0 and 1",
    ),
    (
        question(weights=0.12345),
        f"{Q1}.weights: numbers with more decimals than the paper's rounding rule 4dp asks for",
    ),
    (question(weights=2_000_000), f"{Q1}.weights: numbers above a million are not accepted"),
    (
        question(learning_rate=[0.5, 0.25]),
        f'{Q1}.learning_rate: "0.25" takes more digits to write than "0.5": unequal work; write numbers of one length',
    ),
    (question(targets=[0, 2]), f'{Q1}.targets: "2" is not accepted; with cross-entropy write 0 to 1'),
    (question(givens=3), f'{Q1}.givens: "3" is not a table'),
    (question(givens={"w11_3": 1}), f'{Q1}.givens: "w11_3" is not given here; did you mean "w11_2"?'),
    (question(givens={"x1": "a"}), f'{Q1}.givens.x1: "a" is not accepted; write a number of at most a million'),
    (
        question(givens={"x1": 1e7}),
        f'{Q1}.givens.x1: "10000000.0" is not accepted; write a number of at most a million',
    ),
    (question(givens={"y": 5}), f'{Q1}.givens.y: "5" is not accepted; with cross-entropy write 0 to 1'),
]


@pytest.mark.parametrize(("table", "fault"), FAULTS, ids=range(len(FAULTS)))
def test_what_cannot_be_meant_is_one_line_that_names_the_place(table, fault):
    found = faults(table)
    assert found == (fault,)
    assert "\n" not in fault


def test_all_faults_are_listed_at_once():
    found = faults(
        {
            "titel": "x",
            "rounding": "4",
            "paper": "a5",
            "certify": {"kink": 7},
            "questions": [
                {"network": "none", "loss": "hinge", "iterations": 0, "weights": "x", "marks": {"loss": -1}},
                {"network": "tanh-heads", "dead_relu": 1, "givens": {"x9": 1, "y2": "a"}},
            ],
        }
    )
    places = [
        "titel", "rounding", "questions[1].network", "questions[1].loss", "questions[1].iterations",
        "questions[1].marks.loss", "questions[1].weights", "questions[2].dead_relu", "questions[2].givens",
        "questions[2].givens.y2", "paper", "certify.kink",
    ]  # fmt: skip
    assert [line.split(": ")[1] for line in found] == places


def test_what_is_asked_for_in_vain_hides_no_other_fault():
    question = {"network": "tanh-heads", "ask": ["nonsense"], "marks": {"question": 5, "foo": 1}, "givens": {"x9": 1}}
    places = [line.split(": ")[1] for line in faults({"questions": [question]})]
    assert places == ["questions[1].ask", "questions[1].marks", "questions[1].givens"]


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    missing, broken, binary = (tmp_path / name for name in ("exam.toml", "broken.toml", "binary.toml"))
    broken.write_text("title = ")
    binary.write_bytes(b"title = '\xff'")
    for path, start in [
        (missing, f'{missing}: no such file; "qgen new exam.toml" writes one to start from'),
        (broken, f"{broken}: not TOML: "),
        (binary, f"{binary}: cannot be read: "),
        (tmp_path, f"{tmp_path}: cannot be read: "),
    ]:
        with pytest.raises(InputError) as caught:
            read_spec(path)
        assert str(caught.value).startswith(start)
        assert "\n" not in str(caught.value)


def test_a_file_reads_as_its_table(tmp_path):
    path = tmp_path / "exam.toml"
    path.write_text('rounding = "4sf"\n[[questions]]\nnetwork = "tanh-heads"\nloss = "squared-error"\n')
    assert read_spec(path) == spec_of(
        {"rounding": "4sf", "questions": [{"network": "tanh-heads", "loss": "squared-error"}]}
    )


def test_the_defaults_are_those_of_the_documentation():
    pools = spec_of({}).questions[0].pools
    assert [(k, min(pools[k].values), max(pools[k].values), len(pools[k].values)) for k in POOLS] == [
        ("weights", Decimal("-0.99"), Decimal("0.99"), 2 * (99 - 9 - 9)),
        ("biases", Decimal("-0.99"), Decimal("0.99"), 2 * (99 - 9 - 9)),
        ("inputs", Decimal("0.5"), Decimal("2.9"), 23),
        ("targets", 0, 1, 2),
        ("learning_rate", Decimal("0.5"), Decimal("0.8"), 4),
    ]
    certify = spec_of({}).certify
    assert (certify.tolerance, certify.saturation, certify.kink, certify.copying) == (0.05, 0.05, 0.05, 0.1)
    assert (spec_of({}).marking.follow_through, spec_of({}).marking.imprecise) == (1, 0.5)
    assert {q.question.iterations for q in spec_of({}).questions} == {1}
    assert {item.marks for q in spec_of({}).questions for item in q.question.items} == {1}


@pytest.mark.parametrize(
    ("key", "fine", "wrong"),
    [
        ("iterations", [1, 9], [0, 10]),
        ("dead_relu", [0, 2], [-1, 3]),
        ("marks", [{"loss": 0}, {"loss": 1000}, {"loss": 0.25}], [{"loss": -0.01}, {"loss": 1000.5}]),
        ("targets", [0, 1, [0.1, 0.9]], [-0.1, 1.1]),
        (
            "givens",
            [{"x1": 1e6}, {"x1": -1e6}, {"y": 0}, {"y": 1}],
            [{"x1": 1_000_001}, {"x1": -1_000_001}, {"y": 1.01}],
        ),
    ],
)
def test_the_ends_of_what_is_accepted(key, fine, wrong):
    for value in fine:
        spec_of(question(**{key: value}))
    for value in wrong:
        assert len(faults(question(**{key: value}))) == 1


@pytest.mark.parametrize(
    ("key", "section"), [("tolerance", "certify"), ("copying", "certify"), ("imprecise", "marking")]
)
def test_a_share_lies_from_0_to_1(key, section):
    for value, fine in ((0, True), (1, True), (-0.01, False), (1.01, False), ("0.5", False)):
        if fine:
            spec_of({section: {key: value}})
        else:
            assert len(faults({section: {key: value}})) == 1


@pytest.mark.parametrize(("size", "fine"), [(8, True), (24, True), (7.9, False), (24.1, False), ("9", False)])
def test_type_is_8_to_24_points_high(size, fine):
    if fine:
        assert spec_of({"font_size": size}).font_size == size
    else:
        assert faults({"font_size": size}) == (
            f'spec: font_size: "{size}" is not accepted; write 8 to 24, in points',
        )  # fmt: skip


@pytest.mark.parametrize("language", [5, "", "e", "english", "EN", "de_AT", "de-", "de-A"])
def test_a_language_is_a_tag(language):
    assert faults({"language": language}) == (
        f'spec: language: "{language}" is no language; write "en", "de" or another tag',
    )


def test_a_slope_has_at_most_the_decimals_of_the_rule():
    spec_of(layered(units=2, activation="leaky-relu", slope=0.0012))
    spec_of({**layered(units=2, activation="leaky-relu", slope=0.00123), "rounding": "4sf"})


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if not loss.shares])
def test_targets_of_a_squared_loss_may_be_any_numbers(loss):
    assert [float(v) for v in spec_of(question(loss=loss, targets=[-2, 3])).questions[0].pools["targets"].values] == [
        -2,
        3,
    ]


def test_the_narrower_marks_win_and_a_question_is_worth_what_it_says_exactly():
    spec = spec_of({"questions": [
        {"marks": 20},
        {"marks": {"question": 20, "update": "1/3", "output": 1, "dw11_1": 2}},
        {"marks": {"output": 3}},
    ]})  # fmt: skip
    whole, mixed, layered = ({item.step: item for item in q.question.items} for q in spec.questions)
    for items, total in ((whole, 20), (mixed, 20)):
        assert round(sum(item.marks for item in items.values()), 9) == total
    assert len({item.marks for item in whole.values()}) == 1
    assert mixed["dw11_1"].marks == 2
    assert mixed["new_w11_1"].marks == 1 / 3
    assert mixed["new_b3"].marks == mixed["dw13"].marks == 1  # a layer goes before a part
    assert {item.marks for item in layered.values() if item.layer == "output" and item.part != "loss"} == {3}
    assert layered["loss"].marks == 1
    assert {item.marks for item in layered.values() if item.layer != "output"} == {1}


@pytest.mark.parametrize("value", [[], {}, [["half"]], 1, True, "ü"], ids=str)
def test_a_scale_of_any_other_type_is_a_fault_that_names_its_place(value):
    assert faults(question(loss_scale=value))[0].startswith(f"{Q1}.loss_scale: ")


def test_what_is_shown_is_not_asked_and_who_asks_for_it_alone_is_told():
    assert faults(question(ask=["a3", "loss", "forward"], show=["forward"])) == (
        f'{Q1}.ask: "a3" is given by show; leave it out of one of the two',
        f'{Q1}.ask: "forward" is given by show; leave it out of one of the two',
    )
    asked = spec_of(question(ask=["a*"], show=["a3"])).questions[0].question
    assert [item.step for item in asked.items] == ["a1_1", "a2_1", "a1_2", "a2_2"]


@pytest.mark.parametrize("key", ["ask", "show", "delta", "biases", "batch", "batch_loss", "momentum", "loss_scale"])
def test_a_text_of_any_length_is_answered_in_a_line_that_can_be_read(key):
    told = faults(question(iterations=2, **{key: "x" * 100_000}))[0]
    assert told.startswith(f"{Q1}.{key}: ")
    assert len(told) < 1100


def test_what_boxes_there_are_is_in_the_table_only_where_it_was_said():
    assert spec_of({}).boxes == "free"
    assert "boxes" not in spec_of({}).table
    assert spec_of({"boxes": "combs"}).boxes == spec_of({"boxes": "combs"}).table["boxes"] == "combs"
