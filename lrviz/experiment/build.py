"""From experiments to what the engine trains."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.block import Block
from lrviz.engine.examples import Examples, load, prepare
from lrviz.engine.losses import Auto
from lrviz.engine.losses.base import Loss
from lrviz.engine.network import Hidden, Network
from lrviz.experiment.data import Data
from lrviz.experiment.models import Experiment


def loss_of(experiment: Experiment) -> Loss:
    """The loss, with automatic resolved for the dataset's task."""
    loss: Loss = experiment.loss
    return loss.resolve(experiment.data.dataset.task) if isinstance(loss, Auto) else loss


def examples_of(data: Data, loss: Loss, dtype: str) -> Examples:
    """The dataset's examples, split, scaled and encoded."""
    return prepare(
        load(data.dataset, data.seed),
        data.dataset.task,
        loss,
        test_fraction=data.test_fraction,
        validation_fraction=data.validation_fraction,
        standardize=data.standardizes,
        seed=data.seed,
        dtype=dtype,
        features=data.features,
    )


def build(experiments: Sequence[Experiment], examples: Examples | None = None) -> Block:
    """One block of runs: experiments that share data, network, loss, kind of optimizer and training.

    They may differ in α (of the whole or of layers), schedule, penalties, seeds of training, and the
    optimizer's numbers. `examples` may be handed over when they are known not to have changed.
    Raises ValueError for runs that differ in more, and for a norm that needs more training examples.
    """
    first = experiments[0]
    for other in experiments[1:]:
        _require_one_shape(first, other)
    loss = loss_of(first)
    if examples is None:
        examples = examples_of(first.data, loss, first.training.dtype)
    network = _network(first, examples)
    training = first.training
    return Block(
        examples=examples,
        network=network,
        initializer=first.network.initializer,
        loss=loss,
        optimizers=tuple(experiment.optimizer for experiment in experiments),
        modifiers=tuple(experiment.modifiers for experiment in experiments),
        schedules=tuple(experiment.schedule for experiment in experiments),
        lr=np.array([experiment.lr for experiment in experiments], dtype=np.float64),
        l1=np.array([experiment.training.l1 for experiment in experiments], dtype=np.float64),
        l2=np.array([experiment.training.l2 for experiment in experiments], dtype=np.float64),
        weight_seeds=tuple(experiment.training.weight_seed for experiment in experiments),
        order_seeds=tuple(experiment.training.order_seed for experiment in experiments),
        batch_size=training.batch_size,
        steps=training.steps,
        eval_every=training.eval_every,
        dtype=training.dtype,
        monitor=training.monitor,
        early_stopping=training.early_stopping,
        min_delta=training.min_delta,
        tensor_rates=_tensor_rates(experiments, network),
    )


def _network(experiment: Experiment, examples: Examples) -> Network:
    """What learns. Raises ValueError for a norm that needs more training examples than there are."""
    spec, hidden = experiment.network, []
    for layer in spec.hidden:
        count, norm = len(examples.train), layer.norm
        if count < norm.least_batch:
            raise ValueError(
                f"There is {count} training example, but {norm.title.lower()} needs the variance over "
                f"at least {norm.least_batch}; more examples are needed, or another norm."
            )
        hidden.append(Hidden(layer.units, layer.activation, norm, layer.norm_place, layer.dropout))
    base_width = spec.base_width if spec.parametrization == "mup" else None
    return Network.build(examples.n_inputs, hidden, examples.n_outputs, base_width)


def _tensor_rates(experiments: Sequence[Experiment], network: Network) -> NDArray[np.float64] | None:
    """What α is multiplied by for each run and tensor, (R, T); None where that is 1 everywhere."""
    rates = np.array(
        [
            network.tensor_rates(
                experiment.optimizer.adaptive,
                [
                    *(layer.lr_scale for layer in experiment.network.hidden),
                    experiment.network.output_lr_scale,
                ],
            )
            for experiment in experiments
        ]
    )
    return None if (rates == 1.0).all() else rates


def _require_one_shape(first: Experiment, other: Experiment) -> None:
    expected = _shared(first)
    for name, value in _shared(other).items():
        if value != expected[name]:
            raise ValueError(f"{name} differs between the runs of a block; it must be equal in all")


def _shared(experiment: Experiment) -> dict[str, Any]:
    """What all runs of a block have in common."""
    own = {"weight_seed", "order_seed", "keep_best", "probes", "l1", "l2"}
    rates: Any = {"hidden": {"__all__": {"lr_scale"}}, "output_lr_scale": True}
    return {
        "data": experiment.data,
        "network": experiment.network.model_dump(exclude=rates),
        "loss": experiment.loss,
        "optimizer.kind": experiment.optimizer.kind,
        "modifiers": [modifier.name() for modifier in experiment.modifiers],
        **{f"training.{name}": value for name, value in experiment.training if name not in own},
    }


def notices(experiment: Experiment, examples: Examples) -> tuple[str, ...]:
    """Sentences about settings that are allowed but do not do what one may expect."""
    said = []
    batch, count = experiment.training.batch_size, len(examples.train)
    if batch > count:
        noun = "example" if count == 1 else "examples"
        said.append(
            f"Batch size {batch} is more than the {count} training {noun}; every step uses all of them."
        )
    if experiment.lr == 0.0:
        said.append("α is 0, so no weight moves; try 0.01.")
    if not len(examples.test):
        said.append("There are no test examples, so only the training loss is shown.")
    if experiment.data.validation_fraction > 0.0 and not len(examples.validation):
        said.append("There are too few examples to validate on, so the training loss stands in for that.")
    return tuple(said)
