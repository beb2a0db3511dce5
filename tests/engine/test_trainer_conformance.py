"""Whole trainings against PyTorch: the same network, batches and first weights, 200 steps."""

from itertools import pairwise

import numpy as np
import pytest

from lrviz.engine.batches import Batches
from lrviz.engine.losses import AnyLoss
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.engine.schedules import AnySchedule
from lrviz.engine.trainer import Trainer
from lrviz.experiment import parse
from lrviz.experiment.build import build

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance

STEPS, BATCH, EVAL_EVERY = 200, 8, 10
LOSSES = {
    "mse": torch.nn.functional.mse_loss,
    "l1": torch.nn.functional.l1_loss,
    "huber": torch.nn.functional.huber_loss,
    "binary_cross_entropy": torch.nn.functional.binary_cross_entropy_with_logits,
    "cross_entropy": torch.nn.functional.cross_entropy,
    "hinge": lambda z, y: torch.relu(1.0 - y * z).mean(),
}
PROBLEMS = [
    ("plane", "mse"),
    ("plane", "l1"),
    ("plane", "huber"),
    ("moons", "mse"),
    ("moons", "binary_cross_entropy"),
    ("moons", "cross_entropy"),
    ("moons", "hinge"),
]
OPTIMIZERS = [
    ({"kind": "sgd"}, 0.1),
    ({"kind": "sgd", "momentum": 0.9}, 0.05),
    ({"kind": "sgd", "momentum": 0.8, "dampening": 0.4, "weight_decay": 0.01}, 0.1),
    ({"kind": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.001}, 0.05),
    ({"kind": "rmsprop"}, 0.01),
    ({"kind": "rmsprop", "centered": True, "momentum": 0.5}, 0.002),
    ({"kind": "rmsprop", "alpha": 0.9, "eps": 1e-4, "momentum": 0.9, "weight_decay": 0.01}, 0.001),
    ({"kind": "adagrad"}, 0.1),
    ({"kind": "adagrad", "lr_decay": 0.01, "weight_decay": 0.01}, 0.1),
    ({"kind": "adagrad", "initial_accumulator_value": 0.1, "eps": 1e-5}, 0.2),
    ({"kind": "adam"}, 0.01),
    ({"kind": "adam", "betas": [0.5, 0.9], "eps": 1e-5, "weight_decay": 0.01}, 0.02),
    ({"kind": "adam", "amsgrad": True, "betas": [0.9, 0.8]}, 0.02),
    ({"kind": "adamw"}, 0.01),
    ({"kind": "adamw", "weight_decay": 0.5, "betas": [0.8, 0.95], "eps": 1e-5}, 0.02),
    ({"kind": "adamw", "amsgrad": True, "betas": [0.9, 0.8]}, 0.02),
    ({"kind": "adadelta", "rho": 0.8, "eps": 1e-4}, 1.0),
    ({"kind": "adamax"}, 0.01),
    ({"kind": "nadam", "weight_decay": 0.01}, 0.01),
    ({"kind": "radam", "weight_decay": 0.1, "decoupled_weight_decay": True}, 0.01),
    ({"kind": "rprop"}, 0.001),
    ({"kind": "asgd", "lambd": 0.01, "t0": 100}, 0.1),
    ({"kind": "adafactor", "weight_decay": 0.01}, 0.1),
    ({"kind": "lbfgs", "max_iter": 1, "line_search_fn": "strong_wolfe"}, 0.1),
]
SCHEDULES = [
    {"kind": "constant"},
    {"kind": "step", "step_size": 60, "gamma": 0.5},
    {"kind": "step", "step_size": 2, "gamma": 0.8, "unit": "epoch"},
    {"kind": "exponential", "gamma": 0.98},
    {"kind": "exponential", "gamma": 0.9, "unit": "epoch"},
    {"kind": "cosine"},
    {"kind": "cosine", "T_max": 70, "eta_min": 0.1},
    {"kind": "cosine", "unit": "epoch"},
    {"kind": "cyclic", "max_lr": 5.0, "step_size_up": 20},
    {"kind": "cyclic", "max_lr": 5.0, "step_size_up": 20, "step_size_down": 45},
    {"kind": "cyclic", "mode": "triangular2", "step_size_up": 20, "cycle_momentum": True},
    {"kind": "cosine_warm_restarts", "T_0": 30},
    {"kind": "one_cycle"},
    {"kind": "one_cycle", "three_phase": True, "anneal_strategy": "linear"},
    {"kind": "one_cycle", "unit": "epoch", "cycle_momentum": False},
    {"kind": "multi_step", "milestones": [50, 120], "gamma": 0.3},
    {"kind": "linear", "start_factor": 0.3, "end_factor": 1.0, "total_iters": 80},
    {"kind": "linear_to_zero"},
    {"kind": "polynomial", "unit": "epoch"},
    {"kind": "warmup", "total_iters": 40},
    {"kind": "warmup", "unit": "epoch", "total_iters": 5, "schedule": {"kind": "step", "step_size": 4}},
    {"kind": "sequence", "stages": [{"length": 60, "schedule": "exponential"}, {"schedule": "cosine"}]},
    {"kind": "product", "first": {"kind": "step", "step_size": 60}, "second": "exponential"},
    {"kind": "reduce_on_plateau", "patience": 0, "factor": 0.5, "threshold": 0.02},
    {
        "kind": "reduce_on_plateau",
        "patience": 1,
        "factor": 0.3,
        "threshold": 0.05,
        "cooldown": 2,
        "min_lr": 0.05,
    },
    {"kind": "reduce_on_plateau", "patience": 1, "threshold": 0.01, "threshold_mode": "abs"},
]


def experiment(dataset, loss, optimizer, lr, schedule="constant"):
    """2-8-8-1 (or -2 for cross-entropy with two classes)."""
    return parse(
        {
            "data": {"dataset": {"kind": dataset, "samples": 64}},
            "network": {"hidden": [{"units": 8, "activation": "tanh"}] * 2},
            "loss": loss,
            "optimizer": optimizer,
            "lr": lr,
            "schedule": schedule,
            "training": {"batch_size": BATCH, "steps": STEPS, "eval_every": EVAL_EVERY, "dtype": "float64"},
        }
    )


def ours(made):
    """Parameters after each step, (STEPS, P), the rates, (STEPS,), and the test losses by step."""
    trainer = Trainer(build([made]))
    path, rates, tested = [], [], {}
    for _ in range(STEPS):
        records = trainer.advance(1)
        path.append(trainer.state.params[0].copy())
        rates.append(records.lr[0, 0])
        for step, loss in zip(*records.measured.get("test loss", ((), ())), strict=True):
            tested[int(step)] = float(loss[0, 0])
    return np.array(path), np.array(rates), tested


def torchs(module, part):
    """PyTorch's class of an optimizer or a schedule."""
    return getattr(module, part.torch_name.rpartition(".")[2])


@pytest.fixture(autouse=True)
def one_thread_in_float64():
    """The tensors are too small to share, and waiting for other threads takes far longer.

    Some optimizers keep numbers of a run in PyTorch's default type.
    """
    threads, default = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(default)
    torch.set_num_threads(threads)


class Reference:
    """The same training by PyTorch; weights and biases are its own tensors, as in `torch.nn.Linear`."""

    def __init__(self, made, tested, nudged=False):
        self.made, self.tested, self.block = made, tested, build([made])
        network = self.block.network
        first = network.initial(self.block.initializer, self.block.weight_seeds, np.float64)[0]
        if nudged:
            first = np.nextafter(first, np.inf)
        layers = []
        for matrix, (fan_in, fan_out) in zip(network.matrices(first), pairwise(network.widths), strict=True):
            linear = torch.nn.Linear(fan_in, fan_out, dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(matrix[:, :-1]))
                linear.bias.copy_(torch.tensor(matrix[:, -1]))
            layers += [linear, torch.nn.Tanh()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.optimizer = torchs(torch.optim, made.optimizer)(
            self.model.parameters(), lr=made.lr, **made.optimizer.torch_arguments()
        )
        in_epochs = getattr(made.schedule, "unit", "step") == "epoch"
        total = -(-STEPS * BATCH // len(self.block.examples.train)) if in_epochs else STEPS
        self.scheduler = self._made(made.schedule.in_torch(made.lr, total))

    def _made(self, scheduler):
        """PyTorch's object of a `TorchScheduler`, those inside it made before."""
        arguments = dict(scheduler.arguments)
        if "schedulers" in arguments:
            arguments["schedulers"] = [self._made(inner) for inner in arguments["schedulers"]]
        first = () if scheduler.name.endswith("ChainedScheduler") else (self.optimizer,)
        return getattr(torch.optim.lr_scheduler, scheduler.name.rpartition(".")[2])(*first, **arguments)

    def run(self):
        """Parameters after each step, (STEPS, P), and the rates, (STEPS,)."""
        path, rates = [], []
        for step, rows in enumerate(batches(self.block)[:, 0], start=1):
            rates.append(self.optimizer.param_groups[0]["lr"])
            self._step(rows)
            self._schedule(step)
            path.append(self.params())
        return np.array(path), np.array(rates)

    def _step(self, rows):
        train = self.block.examples.train
        inputs, targets = (torch.tensor(table[rows]) for table in (train.inputs[:, :-1], train.targets))

        def closure():
            self.optimizer.zero_grad()
            loss = LOSSES[self.block.loss.name()](self.model(inputs), targets)
            loss.backward()
            return loss

        self.optimizer.step(closure)

    def _schedule(self, step):
        """Count a step, an epoch begun, or a test loss that we recorded."""
        examples = len(self.block.examples.train)
        if self.made.schedule.name() == "reduce_on_plateau":
            if step in self.tested:
                self.scheduler.step(self.tested[step])
        elif self.made.schedule.unit == "step" or step * BATCH // examples > (step - 1) * BATCH // examples:
            self.scheduler.step()

    def params(self):
        """(P,), each layer's bias behind its weights, unit by unit."""
        linears = [layer for layer in self.model if isinstance(layer, torch.nn.Linear)]
        matrices = [torch.column_stack([linear.weight, linear.bias]) for linear in linears]
        return torch.cat([matrix.detach().ravel() for matrix in matrices]).numpy().copy()


def batches(block):
    """The examples of every step, (STEPS, 1, BATCH)."""
    out = np.empty((STEPS, 1, BATCH), dtype=np.intp)
    Batches(len(block.examples.train), BATCH, block.order_seeds).fill(np.zeros(1, dtype=np.int64), out)
    return out


def assert_equals_pytorch(made):
    """As close to PyTorch as PyTorch is to itself when it starts one unit in the last place away."""
    path, rates, tested = ours(made)
    expected, expected_rates = Reference(made, tested).run()
    size = np.linalg.norm(expected, axis=1)
    distance = np.linalg.norm(path - expected, axis=1)
    assert np.linalg.norm(expected[-1] - expected[0]) > 0.01 * size[0]
    if not (distance <= 1e-10 * size).all():
        nudged, _ = Reference(made, tested, nudged=True).run()
        grown = np.linalg.norm(nudged - expected, axis=1)
        assert (distance <= np.maximum(1e-10 * size, 100.0 * grown)).all()
    assert np.abs(rates - expected_rates).max() <= 1e-12 * made.lr
    return expected_rates, tested


def test_every_optimizer_schedule_and_loss_is_compared():
    # Muon steps biases by another optimizer; it is compared beside its rule.
    in_pytorch = {name for name, part in kinds(AnyOptimizer).items() if part.torch_name} - {"muon"}
    assert {optimizer["kind"] for optimizer, _ in OPTIMIZERS} == in_pytorch
    spelled = {name for name, part in kinds(AnySchedule).items() if part.torch_name}
    assert {schedule["kind"] for schedule in SCHEDULES} == spelled
    assert {loss for _, loss in PROBLEMS} | {"auto"} == set(kinds(AnyLoss))


@pytest.mark.parametrize(
    ("dataset", "loss"), PROBLEMS, ids=[f"{dataset}-{loss}" for dataset, loss in PROBLEMS]
)
@pytest.mark.parametrize(("optimizer", "lr"), OPTIMIZERS, ids=[str(spec) for spec, _ in OPTIMIZERS])
def test_every_step_of_a_training_is_pytorchs(optimizer, lr, dataset, loss):
    assert_equals_pytorch(experiment(dataset, loss, optimizer, lr))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_every_step_and_rate_of_a_scheduled_training_is_pytorchs(schedule):
    made = experiment("moons", "binary_cross_entropy", {"kind": "sgd", "momentum": 0.9}, 0.05, schedule)
    rates, tested = assert_equals_pytorch(made)
    assert list(tested) == list(range(EVAL_EVERY, STEPS + 1, EVAL_EVERY))
    assert len(np.unique(rates)) > 1 or schedule["kind"] == "constant"
