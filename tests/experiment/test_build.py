"""From experiments to what the engine trains."""

import numpy as np
import pytest

from lrviz.engine.losses import MSE, BinaryCrossEntropy, CrossEntropy
from lrviz.engine.mup import Role
from lrviz.engine.norms import BatchNorm, NoNorm
from lrviz.engine.optimizers import Adam
from lrviz.engine.schedules import Cosine, Step
from lrviz.experiment import parse
from lrviz.experiment.build import build, examples_of, loss_of, notices

SMALL = {
    "data": {"dataset": {"kind": "moons", "samples": 60}},
    "network": {"hidden": [{"units": 5, "activation": "relu"}, {"units": 4}]},
    "optimizer": "adam",
    "lr": 0.01,
}


def small(**fields):
    return parse({**SMALL, **fields})


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [("moons", BinaryCrossEntropy()), ("iris", CrossEntropy()), ("sine", MSE())],
)
def test_an_automatic_loss_is_the_one_of_the_task(dataset, expected):
    assert loss_of(small(data={"dataset": dataset})) == expected


def test_a_chosen_loss_is_kept():
    assert loss_of(small(loss="mse")) == MSE()
    assert loss_of(small(data={"dataset": "moons"}, loss="cross_entropy")) == CrossEntropy()


@pytest.mark.parametrize(
    ("dataset", "loss", "widths"),
    [
        ("moons", "auto", (2, 5, 4, 1)),
        ("moons", "cross_entropy", (2, 5, 4, 2)),
        ("iris", "auto", (4, 5, 4, 3)),
        ("iris", "mse", (4, 5, 4, 3)),
        ("sine", "auto", (1, 5, 4, 1)),
        ("digits", "auto", (64, 5, 4, 10)),
    ],
)
def test_the_networks_ends_fit_the_data_and_the_loss(dataset, loss, widths):
    network = build([small(data={"dataset": dataset}, loss=loss)]).network
    assert network.widths == widths
    kinds = [layer.activation and layer.activation.name() for layer in network.layers]
    assert kinds == ["relu", "tanh", None]


def test_features_widen_the_networks_first_layer():
    block = build([small(data={"dataset": "moons", "features": ["x1*x2", "sin(x1)"]})])
    assert block.network.widths == (4, 5, 4, 1)
    assert block.examples.features == ("x₁", "x₂", "x₁x₂", "sin x₁")
    x1, x2, product, sine, _ = block.examples.train.inputs.T
    np.testing.assert_allclose(product, x1 * x2, rtol=1e-5)
    np.testing.assert_allclose(sine, np.sin(x1), rtol=1e-5)


def test_every_number_of_the_experiment_reaches_the_block():
    training = {
        "batch_size": 7, "steps": 123, "eval_every": 3, "weight_seed": 5, "order_seed": 6, "dtype": "float64",
        "monitor": "training loss", "early_stopping": 4, "min_delta": 0.5,
    }  # fmt: skip
    block = build([small(training=training, network={"initializer": "xavier_normal"})])
    for name in ("batch_size", "steps", "eval_every", "dtype", "monitor", "early_stopping", "min_delta"):
        assert getattr(block, name) == training[name]
    assert (block.weight_seeds, block.order_seeds) == ((5,), (6,))
    assert block.initializer.name() == "xavier_normal"
    assert block.examples.train.inputs.dtype == np.float64


def test_runs_may_differ_in_numbers_schedules_and_seeds():
    experiments = [
        small(
            lr=0.1, schedule="cosine", optimizer={"kind": "adam", "eps": 1e-4}, training={"weight_seed": 1}
        ),
        small(lr=0.2, schedule="step", name="other", training={"order_seed": 2, "probes": ["weight norm"]}),
    ]
    block = build(experiments)
    assert block.runs == 2
    assert block.lr.dtype == np.float64
    assert block.lr.tolist() == [0.1, 0.2]
    assert block.schedules == (Cosine(), Step())
    assert block.optimizers == (Adam(eps=1e-4), Adam())
    assert (block.weight_seeds, block.order_seeds) == ((1, 0), (0, 2))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"data": {"dataset": {"kind": "moons", "samples": 61}}}, "data"),
        ({"network": {"hidden": []}}, "network"),
        ({"network": {**SMALL["network"], "parametrization": "mup"}}, "network"),
        ({"loss": "mse"}, "loss"),
        ({"optimizer": "sgd"}, "optimizer.kind"),
        ({"training": {"batch_size": 33}}, "training.batch_size"),
        ({"training": {"dtype": "float64"}}, "training.dtype"),
        ({"training": {"steps": 10}}, "training.steps"),
        ({"training": {"early_stopping": 3}}, "training.early_stopping"),
    ],
)
def test_runs_that_differ_in_more_than_numbers_are_refused_by_name(fields, name):
    with pytest.raises(ValueError, match=f"^{name} differs between the runs of a block; it must be equal"):
        build([small(), small(), small(**fields)])


def test_what_is_asked_for_of_each_layer_reaches_the_network():
    norm = {"kind": "batch_norm", "eps": 0.01}
    hidden = [{"units": 5, "norm": norm, "norm_place": "after", "dropout": 0.25}, {"units": 4}]
    first, second, last = build([small(network={"hidden": hidden})]).network.layers
    assert first.norm == BatchNorm(eps=0.01)
    assert (first.norm_place, first.dropout) == ("after", 0.25)
    assert (second.norm, second.norm_place, second.dropout) == (NoNorm(), "before", 0.0)
    assert (last.activation, last.norm, last.dropout) == (None, NoNorm(), 0.0)


def test_runs_may_differ_in_penalties_and_in_the_rates_of_layers():
    def network(scale, outputs):
        return {"hidden": [{"units": 5, "lr_scale": scale}, {"units": 4}], "output_lr_scale": outputs}

    block = build(
        [
            small(training={"l1": 0.1}, network=network(2.0, 1.0)),
            small(training={"l2": 0.2}, network=network(1.0, 0.5)),
        ]
    )
    assert (block.l1.tolist(), block.l2.tolist()) == ([0.1, 0.0], [0.0, 0.2])
    assert block.tensor_rates.tolist() == [[2.0, 2.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]]


def test_tensors_without_rates_of_their_own_have_none():
    assert build([small(), small(lr=0.1)]).tensor_rates is None


def test_mup_gives_each_layer_its_part_and_each_tensor_a_rate_by_the_optimizer():
    network = {"hidden": [{"units": 8}, {"units": 4}], "parametrization": "mup", "base_width": 4}
    adam, sgd = (build([small(network=network, optimizer=optimizer)]) for optimizer in ("adam", "sgd"))
    assert [layer.role for layer in adam.network.layers] == [
        Role(1.0, 2.0), Role(2.0, 1.0), Role(1.0, 1.0, reads_out=True)
    ]  # fmt: skip
    assert adam.tensor_rates.tolist() == [[1.0, 1.0, 0.5, 1.0, 1.0, 1.0]]
    assert sgd.tensor_rates.tolist() == [[2.0, 2.0, 0.5, 1.0, 1.0, 1.0]]
    standard = build([small(network={**network, "parametrization": "standard"})])
    assert {layer.role for layer in standard.network.layers} == {Role()}


def test_batch_norm_without_a_second_training_example_is_refused():
    data = {"dataset": {"kind": "moons", "samples": 1}}
    network = {"hidden": [{"units": 3, "norm": "batch_norm"}]}
    with pytest.raises(
        ValueError, match=r"^There is 1 training example, but batch norm needs .* at least 2;"
    ):
        build([small(data=data, network=network)])
    build([small(data=data, network={"hidden": [{"units": 3, "norm": "layer_norm"}]})])


def test_examples_that_are_handed_over_are_used_as_they_are():
    experiment = small()
    examples = examples_of(experiment.data, loss_of(experiment), "float32")
    assert build([experiment], examples).examples is examples


def test_the_same_experiment_has_the_same_examples_every_time():
    one, other = (build([small(data={"dataset": "diabetes"})]).examples for _ in range(2))
    np.testing.assert_array_equal(one.train.inputs, other.train.inputs)
    np.testing.assert_array_equal(one.test.targets, other.test.targets)


def test_real_tables_are_standardized_unless_told_otherwise():
    def spread(**data):
        return build([small(data=data)]).examples.train.inputs[:, :-1].std(axis=0)

    np.testing.assert_allclose(spread(dataset="breast_cancer"), 1.0, rtol=1e-4)
    assert spread(dataset="breast_cancer", standardize=False).max() > 100.0
    assert (spread(dataset="moons") != 1.0).all()


def said(**fields):
    experiment = small(**fields)
    return notices(experiment, build([experiment]).examples)


def test_a_usual_experiment_needs_no_notice():
    assert said() == ()


def test_a_batch_larger_than_the_data_is_told():
    data = {"dataset": {"kind": "moons", "samples": 40}, "test_fraction": 0.25}
    assert said(data=data, training={"batch_size": 30}) == ()
    assert said(data=data, training={"batch_size": 31}) == (
        "Batch size 31 is more than the 30 training examples; every step uses all of them.",
    )


def test_a_rate_of_zero_is_told():
    assert said(lr=0.0) == ("α is 0, so no weight moves; try 0.01.",)


def test_a_single_example_is_told():
    sentences = said(
        data={"dataset": {"kind": "moons", "samples": 1}, "validation_fraction": 0.1},
        training={"batch_size": 2},
    )
    assert sentences == (
        "Batch size 2 is more than the 1 training example; every step uses all of them.",
        "There are no test examples, so only the training loss is shown.",
        "There are too few examples to validate on, so the training loss stands in for that.",
    )


def test_a_test_share_of_zero_is_told():
    assert said(data={"dataset": "moons", "test_fraction": 0.0}) == (
        "There are no test examples, so only the training loss is shown.",
    )
