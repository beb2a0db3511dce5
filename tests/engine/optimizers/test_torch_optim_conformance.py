"""The rest of `torch.optim` against PyTorch, tensor by tensor, on a small network and changing batches."""

import math

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.optimizers import (
    ASGD,
    LBFGS,
    Adadelta,
    Adafactor,
    Adamax,
    Muon,
    NAdam,
    RAdam,
    Rprop,
)
from lrviz.engine.optimizers.base import Optimizer
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.optimizers.muon import Partner
from lrviz.engine.optimizers.strong_wolfe import StrongWolfe
from lrviz.engine.rule import first_slots

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance

STEPS, EXAMPLES = 200, 24
CHAOS = 1e-8
"""Twins further apart than this, relatively, say nothing about the one that is compared."""
NETWORK = Network.build(2, [(8, Tanh()), (8, Tanh())], 1)
CASES = [
    (Adadelta(), 1.0),
    (Adadelta(rho=0.7, eps=1e-3, weight_decay=0.01), 0.5),
    (Adadelta(rho=0.0, eps=1e-2), 0.1),
    (Adamax(), 0.01),
    (Adamax(betas=(0.5, 0.9), eps=1e-3, weight_decay=0.01), 0.02),
    (Adamax(betas=(0.0, 0.0), weight_decay=0.1), 0.005),
    (NAdam(), 0.01),
    (NAdam(betas=(0.8, 0.95), eps=1e-5, weight_decay=0.01, momentum_decay=0.2), 0.01),
    (NAdam(betas=(0.95, 0.9), weight_decay=0.3, decoupled_weight_decay=True, momentum_decay=0.0), 0.01),
    (NAdam(betas=(0.999, 0.99), momentum_decay=5.0), 0.01),
    (RAdam(), 0.01),
    (RAdam(betas=(0.8, 0.95), eps=1e-5, weight_decay=0.01), 0.02),
    (RAdam(betas=(0.5, 0.7), weight_decay=0.3, decoupled_weight_decay=True), 0.02),
    (RAdam(betas=(0.0, 0.5)), 0.1),
    (Rprop(), 0.01),
    (Rprop(etas=(0.7, 1.1), step_sizes=(1e-4, 0.01)), 0.001),
    (Rprop(etas=(0.3, 1.5)), 1e-9),
    (ASGD(), 0.1),
    (ASGD(lambd=0.1, alpha=0.5, t0=50, weight_decay=0.01), 0.2),
    (ASGD(lambd=0.01, alpha=1.0, t0=0), 0.3),
    (Adafactor(), 0.05),
    (Adafactor(beta2_decay=-0.3, eps1=1e-3, eps2=0.1, d=2.0, weight_decay=0.1), 0.2),
    (Adafactor(beta2_decay=0.0, eps2=0.0), 0.01),
    (Adafactor(beta2_decay=-1.0, eps1=0.05, weight_decay=1.0), 0.02),
    (Muon(), 0.02),
    (Muon(nesterov=False, momentum=0.5, weight_decay=1.0, adjust_lr_fn="match_rms_adamw"), 0.05),
    (Muon(ns_steps=2, ns_coefficients=(2.0, -1.5, 0.5), eps=0.1, partner=Partner(lr=0.1)), 0.05),
    (Muon(momentum=0.0, ns_steps=0, partner=Partner(lr=3.0, betas=(0.5, 0.8), weight_decay=0.5)), 0.01),
]
CHAOTIC = [
    (LBFGS(line_search_fn="strong_wolfe"), 1.0, EXAMPLES, 4),
    (LBFGS(line_search_fn="strong_wolfe", max_iter=4, history_size=3), 1.0, 8, 30),
    (LBFGS(line_search_fn="strong_wolfe", max_iter=6, max_eval=60, tolerance_change=1e-6), 20.0, EXAMPLES, 6),
    (LBFGS(line_search_fn="strong_wolfe", max_iter=1), 0.1, 8, STEPS),
    (LBFGS(max_iter=4), 0.1, EXAMPLES, 60),
    (LBFGS(max_iter=4), 0.1, 8, 60),
    (LBFGS(max_iter=2, history_size=2, tolerance_grad=0.1), 0.3, 8, STEPS),
    (LBFGS(max_iter=5, max_eval=3, tolerance_change=1e-3), 0.05, 8, STEPS),
]
"""With the batch, and how many steps there are before rounding grows until it changes a decision."""


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """PyTorch's own numbers of a run in float64, and Muon's iterations in the parameters' type.

    `torch.optim` keeps ASGD's rates and NAdam's product in its default type, and rounds what Muon
    orthogonalizes to bfloat16 whatever the type: with that, it would tell two digits only.
    """
    threads, default = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    yield
    torch.set_default_dtype(default)
    torch.set_num_threads(threads)


class Twin:
    """PyTorch's 2-8-8-1 with parameters (P,) like ours, on a fixed problem; batch: examples in a step."""

    def __init__(self, flat, batch):
        random = np.random.default_rng(11)
        self.inputs = torch.tensor(random.normal(size=(EXAMPLES, 2)))
        self.targets = torch.sin(2.0 * self.inputs[:, :1]) * self.inputs[:, 1:]
        self.rows = [random.permutation(EXAMPLES)[:batch] for _ in range(STEPS)]
        self.params = [
            torch.tensor(flat[tensor.places].reshape(tensor.shape), requires_grad=True)
            for tensor in NETWORK.tensors
        ]

    def load(self, flat):
        with torch.no_grad():
            for parameter, tensor in zip(self.params, NETWORK.tensors, strict=True):
                parameter.copy_(torch.tensor(flat[tensor.places].reshape(tensor.shape)))

    def flat(self, values):
        flat = np.empty(NETWORK.size)
        for value, tensor in zip(values, NETWORK.tensors, strict=True):
            flat[tensor.places] = value.detach().numpy().ravel()
        return flat

    def look(self, k):
        """The loss on step k's batch; every parameter gets its gradient."""
        rows = self.rows[k]
        values = self.inputs[rows]
        layers = list(zip(self.params[::2], self.params[1::2], strict=True))
        for depth, (weight, bias) in enumerate(layers):
            values = values @ weight.T + bias
            if depth < len(layers) - 1:
                values = torch.tanh(values)
        loss = ((values - self.targets[rows]) ** 2).mean()
        for parameter, grad in zip(self.params, torch.autograd.grad(loss, self.params), strict=True):
            parameter.grad = grad
        return loss


def rate(lr, t):
    """α of update t: it falls, so that its place in the formula matters."""
    return lr / (1.0 + 0.01 * t)


def references(spec, params, lr):
    """PyTorch's optimizers, and what α is multiplied by in each."""
    made = getattr(torch.optim, spec.torch_name.rpartition(".")[2])
    if not isinstance(spec, Muon):
        return [(made(params, lr=lr, **spec.torch_arguments()), 1.0)]
    adamw = torch.optim.AdamW([p for p in params if p.ndim == 1], **spec.partner.adamw().torch_arguments())
    return [
        (made([p for p in params if p.ndim == 2], lr=lr, **spec.torch_arguments()), 1.0),
        (adamw, spec.partner.lr),
    ]


def theirs(spec, lr, first, batch, steps):
    """Parameters after each step, (steps, P), by PyTorch, and its averages after the last one."""
    twin, path = Twin(first, batch), []
    optimizers = references(spec, twin.params, rate(lr, 1))
    for k in range(steps):
        if len(optimizers) > 1:
            twin.look(k)
        for optimizer, multiple in optimizers:
            optimizer.param_groups[0]["lr"] = rate(lr, k + 1) * multiple
            optimizer.step((lambda k=k: twin.look(k)) if len(optimizers) == 1 else None)
        path.append(twin.flat(twin.params))
    state = optimizers[0][0].state
    averages = [state[p]["ax"] if spec.averages else p for p in twin.params]
    return np.array(path), twin.flat(averages)


def ours(spec, lr, first, batch, steps):
    """The same by the update rule; PyTorch only gives losses and gradients."""
    params = first[None].copy()
    grad = np.empty_like(params)
    twin, path, now = Twin(first, batch), [], 0

    def look():
        twin.load(params[0])
        loss = twin.look(now).item()
        grad[0] = twin.flat([parameter.grad for parameter in twin.params])
        return np.array([loss])

    slots = first_slots([spec], [()], params, NETWORK.tensors)
    ground = Ground(params, grad, slots, NETWORK.tensors, loss=lambda: begun, look=look)
    update = type(spec).bind([spec], ground)
    t = np.arange(1.0, steps + 1)[:, None]
    factors = np.empty((update.factors, steps, 1))
    update.tabulate(rate(lr, t), t, factors)
    for now in range(steps):
        begun = look()
        update.step(*factors[:, now, :, None])
        path.append(params[0].copy())
    update.show()
    return np.array(path), update.shown[0]


@pytest.mark.parametrize(
    ("spec", "lr", "batch", "steps"),
    [*((*case, 8, STEPS) for case in CASES), *CHAOTIC],
    ids=lambda value: repr(value) if isinstance(value, Optimizer) else None,
)
def test_every_step_is_pytorchs_up_to_what_rounding_grows_to(spec, lr, batch, steps):
    first = np.random.default_rng(3).normal(0.0, 0.5, size=NETWORK.size)
    expected, evaluated = theirs(spec, lr, first, batch, steps)
    nudged, _ = theirs(spec, lr, np.nextafter(first, np.inf), batch, steps)
    path, shown = ours(spec, lr, first, batch, steps)
    size = np.linalg.norm(expected, axis=1)
    grown = np.linalg.norm(nudged - expected, axis=1) / size
    distance = np.linalg.norm(path - expected, axis=1) / size
    assert grown.max() <= CHAOS
    assert size.min() > 0.1
    assert np.linalg.norm(expected[-1] - first) > 0.01
    assert (distance <= np.maximum(1e-10, 100.0 * grown)).all()
    assert np.linalg.norm(shown - evaluated) <= max(1e-10, 100.0 * grown[-1]) * size[-1]


class Lines:
    """Bumpy functions of one number, one for each run; `levels` in a unit, if any, make many values equal."""

    def __init__(self, runs, levels):
        random = np.random.default_rng(6)
        self.levels = levels
        self.bowl, self.height = random.uniform(0.01, 1.0, size=runs), random.uniform(0.0, 2.0, size=runs)
        self.waves, self.shift = random.uniform(0.5, 6.0, size=runs), random.uniform(0.0, 6.0, size=runs)
        self.start = random.normal(0.0, 2.0, size=runs)
        self.first = 10.0 ** random.uniform(-4.0, 2.0, size=runs)

    def at(self, r, x):
        """Loss and slope of line r at a number x."""
        angle = self.waves[r] * x + self.shift[r]
        loss = self.bowl[r] * x * x + self.height[r] * math.sin(angle)
        slope = 2.0 * self.bowl[r] * x + self.height[r] * self.waves[r] * math.cos(angle)
        return (round(loss * self.levels) / self.levels if self.levels else float(loss)), float(slope)

    def pytorchs(self, r, first, most, tolerance):
        """How often PyTorch looks at line r, and the t and the loss it chooses."""
        from torch.optim.lbfgs import _strong_wolfe

        def trial(x, t, d):
            loss, slope = self.at(r, (x + t * d).item())
            return loss, torch.tensor([slope])

        loss, slope = self.at(r, self.start[r])
        origin, gradient, d = (torch.tensor([x]) for x in (self.start[r], slope, -np.sign(slope)))
        begun = (trial, origin, float(first), d, loss, gradient, gradient.dot(d))
        value, _, t, looks = _strong_wolfe(*begun, tolerance_change=tolerance, max_ls=most)
        return looks, float(t), value


@pytest.mark.parametrize("levels", [0, 4])
@pytest.mark.parametrize("most", [0, 1, 2, 3, 5, 25])
@pytest.mark.parametrize("tolerance", [1e-9, 0.1])
def test_every_line_search_decides_as_pytorchs(most, tolerance, levels):
    runs = 300
    lines = Lines(runs, levels)
    params, grad = lines.start[:, None].copy(), np.empty((runs, 1))

    def look():
        loss, grad[:, 0] = np.array([lines.at(r, x) for r, x in enumerate(params[:, 0])]).T
        return loss

    loss = look()
    search = StrongWolfe(Ground(params, grad, {}, look=look), -np.sign(grad))
    search.start.loss[:], search.start.grad[:], search.start.slope[:] = loss, grad, -np.abs(grad[:, 0])
    with np.errstate(all="ignore"):
        search(np.ones(runs, dtype=bool), lines.first, np.full(runs, most), np.full(runs, tolerance))
    compared = 0
    for r, first in enumerate(lines.first):
        looks, *expected = lines.pytorchs(r, first, most, tolerance)
        twins = [lines.pytorchs(r, np.nextafter(first, side), most, tolerance) for side in (0.0, np.inf)]
        # Where rounding alone makes PyTorch decide otherwise, there is nothing to compare with.
        if any(twin[0] != looks or abs(twin[1] - expected[0]) > CHAOS * expected[0] for twin in twins):
            continue
        compared += 1
        grown = max(abs(twin[1] - expected[0]) for twin in twins)
        assert search.looks[r] == looks
        apart = abs(search.chosen.t[r] - expected[0])
        assert apart <= max(1e-10 * expected[0], 100.0 * grown)
        # No line is steeper than 300 where searches go.
        assert abs(search.chosen.loss[r] - expected[1]) <= 1e-12 * max(1.0, abs(expected[1])) + 300.0 * apart
    assert compared >= 0.97 * runs
