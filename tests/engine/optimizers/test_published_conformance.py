"""Optimizers that PyTorch does not have against their published implementations, on a small network."""

import importlib.util
import math
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.optimizers import (
    LAMB,
    LARS,
    SGLD,
    AdaBelief,
    Adan,
    AdEMAMix,
    Lion,
    NormalizedSGD,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
)
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.random import Purpose, stream
from lrviz.engine.rule import first_slots

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance

STEPS = 200
SEED, EXAMPLES = 7, 24
NETWORK = Network.build(2, [(8, Tanh()), (8, Tanh())], 1)
CASES = [
    (Lion(), 0.003),
    (Lion(betas=(0.8, 0.95), weight_decay=0.1), 0.003),
    (Lion(betas=(0.0, 0.5), weight_decay=1.0), 0.001),
    (AdaBelief(), 0.01),
    (AdaBelief(weight_decay=0.5, betas=(0.8, 0.95), eps=1e-8), 0.02),
    (AdaBelief(weight_decay=0.01, weight_decouple=False, betas=(0.9, 0.8)), 0.005),
    (AdaBelief(weight_decay=0.001, fixed_decay=True, degenerated_to_sgd=False), 0.01),
    (AdaBelief(rectify=False, eps=1e-10, weight_decay=0.1), 0.01),
    (AdaBelief(rectify=False, amsgrad=True, betas=(0.9, 0.8), eps=1e-8), 0.01),
    (Adan(), 0.01),
    (Adan(betas=(0.9, 0.5, 0.95), eps=1e-5, weight_decay=0.5), 0.005),
    (Adan(no_prox=True, weight_decay=0.5), 0.01),
    (AdEMAMix(), 0.01),
    (AdEMAMix(betas=(0.8, 0.95, 0.99), alpha=5.0, eps=1e-5, weight_decay=0.1), 0.005),
    (AdEMAMix(betas=(0.0, 0.99, 0.999), alpha=0.0), 0.002),
    (AdEMAMix(alpha=8.0, alpha_warmup=150, beta3_warmup=100, weight_decay=0.1), 0.005),
    (AdEMAMix(betas=(0.5, 0.99, 0.999), beta3_warmup=400), 0.005),
    (AdEMAMix(betas=(0.0, 0.99, 0.99), alpha_warmup=30, beta3_warmup=50), 0.005),
    (LARS(), 5.0),
    (LARS(momentum=0.9, weight_decay=0.01, filter_bias_and_bn=False), 1.0),
    (LARS(momentum=0.8, dampening=0.3, always_adapt=True, trust_clip=True, trust_coeff=0.02), 0.1),
    (LARS(momentum=0.9, nesterov=True, weight_decay=0.0, eps=1e-3), 0.05),
    (LAMB(), 0.01),
    (LAMB(weight_decay=0.1, max_grad_norm=0.05, betas=(0.8, 0.95), filter_bias_and_bn=False), 0.02),
    (LAMB(always_adapt=True, weight_decay=0.0, trust_clip=True, max_grad_norm=None), 0.02),
    (LAMB(bias_correction=False, grad_averaging=False, eps=1e-3), 0.005),
    (LAMB(weight_decay=0.0), 0.01),
    (ScheduleFreeSGD(), 0.5),
    (ScheduleFreeSGD(momentum=0.98, weight_decay=0.001, warmup_steps=50), 1.0),
    (ScheduleFreeSGD(momentum=0.5, r=1.0, weight_lr_power=0.0, warmup_steps=20), 0.3),
    (ScheduleFreeAdamW(), 0.01),
    (ScheduleFreeAdamW(betas=(0.98, 0.9), weight_decay=0.1, warmup_steps=70), 0.02),
    (ScheduleFreeAdamW(betas=(0.6, 0.99), r=2.0, weight_lr_power=1.0, eps=1e-4), 0.005),
    (NormalizedSGD(), 0.02),
    (NormalizedSGD(momentum=0.9, weight_decay=0.01), 0.02),
    (NormalizedSGD(power=0.5, momentum=0.8), 0.05),
    (NormalizedSGD(power=1.5, eps=0.05), 0.01),
    (SGLD(temperature=0.0), 0.1),
    (SGLD(), 0.001),
    (SGLD(temperature=0.01, weight_decay=0.1), 0.05),
]


@pytest.fixture(autouse=True)
def one_thread():
    """More of PyTorch's threads wait longer for each other than such small tensors take."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Written(torch.optim.Optimizer):
    """A rule written down here: θ ← move(θ, state, group)."""

    def __init__(self, params, lr, move):
        super().__init__(params, {"lr": lr})
        self.move, self.t = move, 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        (group,) = self.param_groups
        params = group["params"]
        flat = torch.cat([p.flatten() for p in params])
        grad = torch.cat([p.grad.flatten() for p in params])
        flat = self.move(flat, grad, self.t, group["lr"], self.state)
        torch.nn.utils.vector_to_parameters(flat, params)


def ademamix(spec):
    """apple/ml-ademamix, from its formulas."""
    beta1, beta2, beta3 = spec.betas

    def half_life(beta):
        return math.log(0.5) / math.log(beta + 1e-8) - 1.0

    def move(theta, g, t, lr, state):
        slow_beta, alpha = beta3, spec.alpha
        if spec.beta3_warmup is not None and t < spec.beta3_warmup:
            a = t / spec.beta3_warmup
            slow_beta = 0.5 ** (1.0 / ((1.0 - a) * half_life(beta1) + a * half_life(beta3) + 1.0))
        if spec.alpha_warmup is not None and t < spec.alpha_warmup:
            alpha *= t / spec.alpha_warmup
        fast, slow, square = (state.get(name, torch.zeros_like(g)) for name in ("fast", "slow", "square"))
        state["fast"] = fast = beta1 * fast + (1.0 - beta1) * g
        state["slow"] = slow = slow_beta * slow + (1.0 - slow_beta) * g
        state["square"] = square = beta2 * square + (1.0 - beta2) * g * g
        denominator = square.sqrt() / math.sqrt(1.0 - beta2**t) + spec.eps
        update = (fast / (1.0 - beta1**t) + alpha * slow) / denominator
        return theta - lr * (update + spec.weight_decay * theta)

    return move


def normalized(spec):
    """The formula, with PyTorch's own `normalize` where it does."""

    def move(theta, g, t, lr, state):
        g = g + spec.weight_decay * theta
        state["m"] = m = spec.momentum * state.get("m", torch.zeros_like(g)) + (1.0 - spec.momentum) * g
        m = m / (1.0 - spec.momentum**t)
        if spec.power == 1.0:
            return theta - lr * torch.nn.functional.normalize(m, dim=0, eps=spec.eps)
        return theta - lr * m / m.norm().clamp_min(spec.eps) ** spec.power

    return move


def langevin(spec):
    """Welling & Teh's formula 4, whose ε is 2α/N; its sum over a batch is N times our gradient of a mean."""

    def move(theta, g, t, lr, state):
        noise = stream(SEED, Purpose.NOISE, t).standard_normal(len(theta))
        noise = np.concatenate([noise[tensor.places] for tensor in NETWORK.tensors])
        epsilon, temperature = 2.0 * lr / EXAMPLES, spec.temperature
        drift = epsilon / 2.0 * EXAMPLES * (g + spec.weight_decay * theta)
        return theta - drift + math.sqrt(epsilon * temperature) * torch.tensor(noise)

    return move


def reference(spec, params, lr):
    """The reference's optimizer of the tensors `params`."""
    values = spec.model_dump(exclude={"kind", "filter_bias_and_bn"})
    if isinstance(spec, AdEMAMix):
        if spec.alpha_warmup or spec.beta3_warmup:
            return Written(params, lr, ademamix(spec))
        values = {**values, "weight_decouple": True}
        del values["alpha_warmup"], values["beta3_warmup"]
    if isinstance(spec, NormalizedSGD):
        return Written(params, lr, normalized(spec))
    if isinstance(spec, SGLD):
        return Written(params, lr, langevin(spec))
    if isinstance(spec, AdaBelief):
        values["print_change_log"] = False
    if getattr(spec, "filter_bias_and_bn", False):
        matrices, vectors = ([p for p in params if (p.ndim < 2) == flat] for flat in (False, True))
        params = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    library, name = LIBRARIES[type(spec)]
    found = timms(library) if library.startswith("timm") else pytest.importorskip(library)
    return getattr(found, name)(params, lr=lr, **values)


def timms(library):
    """A module of timm by itself: as a whole it needs torchvision, these modules only PyTorch."""
    found = importlib.util.find_spec("timm") or pytest.skip(f"could not find {library!r}")
    root = Path(found.origin).parent
    with pytest.MonkeyPatch.context() as patch:
        for package, folder in (("timm", root), ("timm.optim", root / "optim")):
            bare = types.ModuleType(package)
            bare.__path__ = [str(folder)]
            patch.setitem(sys.modules, package, bare)
        return importlib.import_module(library)


LIBRARIES = {
    Lion: ("lion_pytorch", "Lion"),
    AdaBelief: ("adabelief_pytorch", "AdaBelief"),
    Adan: ("timm.optim.adan", "Adan"),
    AdEMAMix: ("pytorch_optimizer", "AdEMAMix"),
    LARS: ("timm.optim.lars", "Lars"),
    LAMB: ("timm.optim.lamb", "Lamb"),
    ScheduleFreeSGD: ("schedulefree", "SGDScheduleFree"),
    ScheduleFreeAdamW: ("schedulefree", "AdamWScheduleFree"),
}


class Twin:
    """PyTorch's 2-8-8-1 with parameters (P,) like ours, on a fixed problem."""

    def __init__(self, flat):
        random = np.random.default_rng(11)
        self.inputs = torch.tensor(random.normal(size=(EXAMPLES, 2)))
        self.targets = torch.sin(2.0 * self.inputs[:, :1]) * self.inputs[:, 1:]
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

    def gradients(self):
        values = self.inputs
        layers = list(zip(self.params[::2], self.params[1::2], strict=True))
        for depth, (weight, bias) in enumerate(layers):
            values = values @ weight.T + bias
            if depth < len(layers) - 1:
                values = torch.tanh(values)
        return torch.autograd.grad(((values - self.targets) ** 2).mean(), self.params)


def rate(lr, t):
    """α of update t: it falls, so that its place in the formula matters."""
    return lr / (1.0 + 0.01 * t)


def theirs(spec, lr, first):
    """Parameters (STEPS, P) after each step by the reference, and those it evaluates in the end."""
    twin = Twin(first)
    optimizer = reference(spec, twin.params, lr)
    if spec.averages:
        optimizer.train()
    path = []
    for t in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate(lr, t)
        for parameter, gradient in zip(twin.params, twin.gradients(), strict=True):
            parameter.grad = gradient
        optimizer.step()
        path.append(twin.flat(twin.params))
    if spec.averages:
        optimizer.eval()
    return np.array(path), twin.flat(twin.params)


def ours(spec, lr, first):
    """The same by the update rule; PyTorch only gives gradients."""
    params = first[None].copy()
    grad = np.empty_like(params)
    slots = first_slots([spec], [()], params, NETWORK.tensors)
    ground = Ground(params, grad, slots, NETWORK.tensors, seeds=[SEED], examples=EXAMPLES)
    update = type(spec).bind([spec], ground)
    t = np.arange(1.0, STEPS + 1)[:, None]
    factors = np.empty((update.factors, STEPS, 1))
    update.tabulate(rate(lr, t), t, factors)
    twin, path = Twin(first), []
    for k in range(STEPS):
        twin.load(params[0])
        grad[0] = twin.flat(twin.gradients())
        update.step(*factors[:, k, :, None])
        path.append(params[0].copy())
    update.show()
    return np.array(path), update.shown[0]


@pytest.mark.parametrize(("spec", "lr"), CASES, ids=[repr(case[0]) for case in CASES])
def test_every_step_is_the_references_up_to_what_rounding_grows_to(spec, lr):
    random = np.random.default_rng(3)
    first = random.normal(0.0, 0.5, size=NETWORK.size)
    expected, evaluated = theirs(spec, lr, first)
    nudged, _ = theirs(spec, lr, np.nextafter(first, np.inf))
    size = np.linalg.norm(expected, axis=1)
    grown = np.linalg.norm(nudged - expected, axis=1) / size
    path, shown = ours(spec, lr, first)
    distance = np.linalg.norm(path - expected, axis=1) / size
    assert (grown < 1e-8).all()
    assert (size > 0.1).all()
    assert np.linalg.norm(expected[-1] - first) > 0.01
    assert (distance <= np.maximum(1e-10, 100.0 * grown)).all()
    apart = np.linalg.norm(shown - evaluated) / np.linalg.norm(evaluated)
    assert apart <= max(1e-10, 100.0 * grown[-1])


def test_the_written_ademamix_is_the_librarys_without_warm_ups():
    spec = AdEMAMix(betas=(0.8, 0.95, 0.99), alpha=5.0, weight_decay=0.1)
    library, _ = theirs(spec, 0.005, np.linspace(-1.0, 1.0, NETWORK.size))
    twin = Twin(np.linspace(-1.0, 1.0, NETWORK.size))
    written = Written(twin.params, 0.005, ademamix(spec))
    for t in range(1, STEPS + 1):
        written.param_groups[0]["lr"] = rate(0.005, t)
        for parameter, gradient in zip(twin.params, twin.gradients(), strict=True):
            parameter.grad = gradient
        written.step()
    np.testing.assert_allclose(twin.flat(twin.params), library[-1], rtol=1e-9)
