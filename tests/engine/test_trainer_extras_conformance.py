"""Whole trainings with norms, dropout, penalties, μP and layers of their own rate, against PyTorch."""

from itertools import pairwise

import numpy as np
import pytest

from lrviz.engine.batches import Batches
from lrviz.engine.random import Purpose, stream
from lrviz.engine.trainer import Trainer
from lrviz.experiment import parse
from lrviz.experiment.build import build

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance

STEPS, BATCH, EVAL_EVERY = 120, 8, 10
UNITS = (8, 6)
SEED = 3
ACTIVATIONS = {"tanh": torch.nn.Tanh, "silu": torch.nn.SiLU}
OPTIMIZERS = [({"kind": "sgd", "momentum": 0.9}, 0.02), ({"kind": "adam"}, 0.01)]
NETWORKS = {
    "batch norm before": {"norm": "batch_norm"},
    "batch norm after": {"norm": "batch_norm", "norm_place": "after"},
    "batch norm of its own": {"norm": {"kind": "batch_norm", "eps": 0.01, "momentum": 0.3}},
    "layer norm before": {"norm": "layer_norm"},
    "layer norm after": {"norm": "layer_norm", "norm_place": "after"},
    "dropout": {"dropout": 0.25},
    "batch norm and dropout": {"norm": "batch_norm", "dropout": 0.25},
    "layer norm after and dropout": {"norm": "layer_norm", "norm_place": "after", "dropout": 0.25},
}
WHOLES = {
    "penalties": ({}, {"l1": 0.003, "l2": 0.01}),
    "mup": ({"parametrization": "mup", "base_width": 3}, {}),
    "rates": ({"output_lr_scale": 0.3}, {}),
    "everything": (
        {"parametrization": "mup", "base_width": 5, "output_lr_scale": 3.0},
        {"l1": 0.001, "l2": 0.002},
    ),
}


def experiment(layer, optimizer, lr, activation="tanh", network=None, training=None, scales=(1.0, 1.0)):
    hidden = [
        {"units": units, "activation": activation, "lr_scale": scale, **layer}
        for units, scale in zip(UNITS, scales, strict=True)
    ]
    return parse(
        {
            "data": {"dataset": {"kind": "moons", "samples": 64}},
            "network": {"hidden": hidden, **(network or {})},
            "optimizer": optimizer,
            "lr": lr,
            "schedule": "constant",
            "training": {
                "batch_size": BATCH,
                "steps": STEPS,
                "eval_every": EVAL_EVERY,
                "dtype": "float64",
                "order_seed": SEED,
                **(training or {}),
            },
        }
    )


class Dropout(torch.nn.Module):
    """With masks drawn as they are here: a function of order seed, step and layer."""

    def __init__(self, p, depth, units):
        super().__init__()
        self.p, self.depth, self.units, self.step = p, depth, units, 0

    def forward(self, x):
        if not self.training:
            return x
        self.step += 1
        uniform = stream(SEED, Purpose.DROPOUT, self.step, layer=self.depth)
        kept = uniform.random((self.units, BATCH), dtype=np.float32) >= np.float32(self.p)
        return x * torch.tensor(kept.T / (1.0 - self.p))


class Scaled(torch.nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


class Reference:
    """The same training by PyTorch's modules."""

    def __init__(self, made, activation):
        self.made, self.block = made, build([made])
        spec, network = made.network, self.block.network
        modules, self.groups = [], []
        base = spec.base_width if spec.parametrization == "mup" else None
        widths = (2, *UNITS, 1)
        for depth, (fan_in, fan_out) in enumerate(pairwise(widths), 1):
            last = depth == len(widths) - 1
            into = 1.0 if base is None or depth == 1 else fan_in / base
            out_of = 1.0 if base is None or last else fan_out / base
            linear = torch.nn.Linear(fan_in, fan_out, dtype=torch.float64)
            if last:
                modules.append(Scaled(1.0 / into))
            modules.append(linear)
            own = [linear]
            if not last:
                layer = spec.hidden[depth - 1]
                norm = self.norm(layer.norm, fan_out)
                own += [] if norm is None else [norm]
                stages = [norm, ACTIVATIONS[activation](), None]
                if layer.norm_place == "after":
                    stages = [None, ACTIVATIONS[activation](), norm]
                modules += [stage for stage in stages if stage is not None]
                if layer.dropout:
                    modules.append(Dropout(layer.dropout, depth, fan_out))
            scale = spec.output_lr_scale if last else spec.hidden[depth - 1].lr_scale
            for module in own:
                for name, tensor in module.named_parameters():
                    matrix = module is linear and name == "weight"
                    self.groups.append((tensor, scale * self.rate(matrix, last, into, out_of)))
        self.model = torch.nn.Sequential(*modules)
        first = network.initial(self.block.initializer, self.block.weight_seeds, np.float64)[0]
        with torch.no_grad():
            for (tensor, _), ours in zip(self.groups, network.tensors, strict=True):
                assert tuple(tensor.shape) == ours.shape
                tensor.copy_(torch.tensor(first[ours.places].reshape(ours.shape)))
        optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[made.optimizer.name()]
        self.optimizer = optimizer(
            [{"params": [tensor], "lr": made.lr * rate} for tensor, rate in self.groups],
            **made.optimizer.torch_arguments(),
        )
        self.weights = [module.weight for module in self.model if isinstance(module, torch.nn.Linear)]

    @staticmethod
    def norm(spec, units):
        match spec.name():
            case "batch_norm":
                return torch.nn.BatchNorm1d(units, spec.eps, spec.momentum, dtype=torch.float64)
            case "layer_norm":
                return torch.nn.LayerNorm(units, spec.eps, dtype=torch.float64)
        return None

    def rate(self, matrix, last, into, out_of):
        """Table 8 of Tensor Programs V."""
        adam = self.made.optimizer.name() == "adam"
        if not matrix:
            return 1.0 if adam else out_of
        if last:
            return 1.0 if adam else into
        return 1.0 / into if adam else out_of / into

    def run(self):
        """Parameters after each step, tensor by tensor, the batch losses, and the test losses."""
        path, losses, tested = [], [], []
        criterion = torch.nn.functional.binary_cross_entropy_with_logits
        train, test = self.block.examples.train, self.block.examples.test
        order = np.empty((STEPS, 1, BATCH), dtype=np.intp)
        Batches(len(train), BATCH, self.block.order_seeds).fill(np.zeros(1, dtype=np.int64), order)
        for step, rows in enumerate(order[:, 0], 1):
            self.model.train()
            self.optimizer.zero_grad()
            z = self.model(torch.tensor(train.inputs[rows, :-1]))
            loss = criterion(z, torch.tensor(train.targets[rows]))
            losses.append(float(loss.detach()))
            for weight in self.weights:
                loss = loss + self.made.training.l1 * weight.abs().sum()
                loss = loss + self.made.training.l2 * weight.square().sum()
            loss.backward()
            self.optimizer.step()
            path.append(np.concatenate([tensor.detach().numpy().ravel() for tensor, _ in self.groups]))
            if step % EVAL_EVERY == 0:
                self.model.eval()
                with torch.no_grad():
                    z = self.model(torch.tensor(test.inputs[:, :-1].copy()))
                    tested.append(float(criterion(z, torch.tensor(test.targets.copy()))))
        return np.array(path), np.array(losses), np.array(tested)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def assert_equals_pytorch(made, activation="tanh"):
    trainer, reference = Trainer(build([made])), Reference(made, activation)
    order = np.concatenate([tensor.places for tensor in trainer.network.tensors])
    path, losses, tested = [], [], []
    for _ in range(STEPS):
        records = trainer.advance(1)
        path.append(trainer.state.params[0, order])
        losses.append(records.loss[0, 0])
        tested += records.measured["test loss"][1][:, 0, 0].tolist() if records.measured else []
    expected, expected_losses, expected_tested = reference.run()
    assert np.linalg.norm(expected[-1] - expected[0]) > 0.01 * np.linalg.norm(expected[0])
    # A bias before a batch norm has no gradient but rounding, of which Adam makes whole steps.
    counts = np.ones(len(order), dtype=bool)
    if any(
        layer.norm.name() == "batch_norm" and layer.norm_place == "before" for layer in made.network.hidden
    ):
        stops = np.cumsum([tensor.size for tensor in trainer.network.tensors])
        for tensor, stop in zip(trainer.network.tensors, stops, strict=True):
            if tensor.name in ("layer 1 bias", "layer 2 bias") and made.optimizer.name() == "adam":
                counts[stop - tensor.size : stop] = False
    scale = np.linalg.norm(expected, axis=1, keepdims=True)
    assert (np.abs(np.array(path) - expected)[:, counts] <= 1e-8 * scale).all()
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-7)
    assert len(tested) == STEPS // EVAL_EVERY
    if counts.all():
        np.testing.assert_allclose(tested, expected_tested, rtol=1e-7)
    modules = [m for m in reference.model if isinstance(m, torch.nn.BatchNorm1d)]
    for depth, module in enumerate(modules, 1):
        for name in ("running_mean", "running_var") if counts.all() else ("running_var",):
            ours = trainer.state.buffers[f"{depth}.{name}"][0]
            np.testing.assert_allclose(ours, getattr(module, name).numpy(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("optimizer", "lr"), OPTIMIZERS, ids=["sgd", "adam"])
@pytest.mark.parametrize("layer", NETWORKS.values(), ids=NETWORKS.keys())
def test_every_step_of_a_training_is_pytorchs(layer, optimizer, lr, activation):
    assert_equals_pytorch(experiment(layer, optimizer, lr, activation), activation)


@pytest.mark.parametrize(("optimizer", "lr"), OPTIMIZERS, ids=["sgd", "adam"])
@pytest.mark.parametrize("layer", ["dropout", "layer norm before", "batch norm after"])
@pytest.mark.parametrize("whole", WHOLES)
def test_every_step_with_penalties_and_rates_is_pytorchs(whole, layer, optimizer, lr):
    network, training = WHOLES[whole]
    scales = (1.0, 1.0) if whole in ("penalties", "mup") else (0.5, 2.0)
    made = experiment(NETWORKS[layer], optimizer, lr / 3.0, network=network, training=training, scales=scales)
    assert_equals_pytorch(made)
