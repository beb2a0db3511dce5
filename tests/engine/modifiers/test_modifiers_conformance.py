"""Every modifier against PyTorch's functions, or the published algorithm written with PyTorch."""

import copy

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.modifiers import (
    EMA,
    SAM,
    SWA,
    Cautious,
    ClipNorm,
    ClipValue,
    DecoupledWeightDecay,
    Grokfast,
    Lookahead,
)
from lrviz.engine.network import Network
from lrviz.engine.optimizers import SGD, Adam
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.rule import bind, first_slots

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance
# Its own threads take more time than such small networks do.
torch.set_num_threads(1)

STEPS = 200
INNER = [(SGD(momentum=0.9), 0.02), (Adam(), 0.01)]
CASES = [
    *(ClipNorm(max_norm=c) for c in (0.05, 0.3, 10.0)),
    *(ClipValue(clip_value=c) for c in (0.005, 0.05, 1.0)),
    *(DecoupledWeightDecay(weight_decay=w) for w in (0.0, 0.1, 2.0)),
    *(SAM(rho=r) for r in (0.01, 0.05, 0.3)),
    *(SAM(rho=r, adaptive=True) for r in (0.1, 0.5, 1.0)),
    *(Grokfast(alpha=a, lamb=m) for a, m in ((0.98, 2.0), (0.5, 1.0), (0.0, 0.5))),
    *(Cautious(floor=f) for f in (1e-3, 0.2, 1.0)),
    *(Lookahead(la_steps=k, la_alpha=a) for k, a in ((5, 0.5), (6, 0.8), (1, 0.3))),
    *(EMA(decay=d) for d in (0.0, 0.9, 0.999)),
    *(SWA(swa_start=s, swa_freq=f) for s, f in ((1, 1), (20, 5), (100, 30))),
]
NETWORK = Network.build(2, [(8, Tanh()), (8, Tanh())], 1)


class Twin(torch.nn.Module):
    """PyTorch's 2-8-8-1 with our flat parameters, on a fixed problem."""

    def __init__(self, flat):
        super().__init__()
        layers = [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in ((2, 8), (8, 8), (8, 1))]
        self.layers = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
        random = np.random.default_rng(11)
        self.inputs = torch.tensor(random.normal(size=(24, 2)))
        self.targets = torch.sin(2.0 * self.inputs[:, :1]) * self.inputs[:, 1:]
        self.load(flat)

    def load(self, flat):
        with torch.no_grad():
            for parameter, tensor in zip(self.parameters(), NETWORK.tensors, strict=True):
                parameter.copy_(torch.tensor(flat[tensor.places].reshape(tensor.shape)))

    def flat(self, gradient=False):
        flat = np.empty(NETWORK.size)
        for parameter, tensor in zip(self.parameters(), NETWORK.tensors, strict=True):
            flat[tensor.places] = (parameter.grad if gradient else parameter).detach().numpy().ravel()
        return flat

    def look(self):
        self.zero_grad()
        loss = torch.nn.functional.mse_loss(self.layers(self.inputs), self.targets)
        loss.backward()
        return loss.item()


def rate(lr, t):
    return lr / (1.0 + 0.01 * t)


def theirs(modifier, spec, lr, first):
    """Stepped and shown parameters after each step, (STEPS, 2, P), by PyTorch."""
    twin = Twin(first)
    kind = torch.optim.Adam if isinstance(spec, Adam) else torch.optim.SGD
    optimizer = kind(twin.parameters(), lr=lr, **spec.torch_arguments())
    memory = {}
    path = []
    for t in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = rate(lr, t)
        twin.look()
        with torch.no_grad():
            before = [parameter.clone() for parameter in twin.parameters()]
        shown = AROUND[type(modifier)](modifier, twin, optimizer, rate(lr, t), t, memory, before)
        path.append((twin.flat(), (shown or twin).flat()))
    return np.array(path)


def clip_norm(modifier, twin, optimizer, lr, t, memory, before):
    torch.nn.utils.clip_grad_norm_(twin.parameters(), modifier.max_norm)
    optimizer.step()


def clip_value(modifier, twin, optimizer, lr, t, memory, before):
    torch.nn.utils.clip_grad_value_(twin.parameters(), modifier.clip_value)
    optimizer.step()


def decay(modifier, twin, optimizer, lr, t, memory, before):
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.mul_(1 - lr * modifier.weight_decay)
    optimizer.step()


@torch.no_grad()
def sam(modifier, twin, optimizer, lr, t, memory, before):
    parameters = list(twin.parameters())
    sizes = [parameter.abs() if modifier.adaptive else torch.ones(()) for parameter in parameters]
    norm = torch.stack([(s * p.grad).norm() for s, p in zip(sizes, parameters, strict=True)]).norm()
    for parameter in parameters:
        power = parameter.pow(2) if modifier.adaptive else 1.0
        parameter.add_(power * parameter.grad * (modifier.rho / (norm + 1e-12)))
    with torch.enable_grad():
        twin.look()
    for parameter, old in zip(parameters, before, strict=True):
        parameter.copy_(old)
    optimizer.step()


@torch.no_grad()
def grokfast(modifier, twin, optimizer, lr, t, memory, before):
    for number, parameter in enumerate(twin.parameters()):
        average = memory.setdefault(number, parameter.grad.clone())
        average.mul_(modifier.alpha).add_(parameter.grad * (1 - modifier.alpha))
        parameter.grad.add_(average * modifier.lamb)
    optimizer.step()


@torch.no_grad()
def cautious(modifier, twin, optimizer, lr, t, memory, before):
    gradients = [parameter.grad.clone() for parameter in twin.parameters()]
    optimizer.step()
    for parameter, old, gradient in zip(twin.parameters(), before, gradients, strict=True):
        update = old - parameter
        mask = (update * gradient > 0).to(gradient.dtype)
        mask.div_(mask.mean().clamp_(min=modifier.floor))
        parameter.copy_(old - update * mask)


@torch.no_grad()
def lookahead(modifier, twin, optimizer, lr, t, memory, before):
    slow = memory.setdefault("slow", before)
    optimizer.step()
    if t % modifier.la_steps == 0:
        for s, parameter in zip(slow, twin.parameters(), strict=True):
            s.add_(parameter - s, alpha=modifier.la_alpha)
            parameter.copy_(s)


def ema(modifier, twin, optimizer, lr, t, memory, before):
    average = memory.setdefault(
        "average",
        torch.optim.swa_utils.AveragedModel(
            copy.deepcopy(twin),
            multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(modifier.decay),
        ),
    )
    optimizer.step()
    average.update_parameters(twin)
    return average.module


def swa(modifier, twin, optimizer, lr, t, memory, before):
    optimizer.step()
    if t < modifier.swa_start:
        return twin
    average = memory.setdefault("average", torch.optim.swa_utils.AveragedModel(copy.deepcopy(twin)))
    if (t - modifier.swa_start) % modifier.swa_freq == 0:
        average.update_parameters(twin)
    return average.module


AROUND = {
    ClipNorm: clip_norm,
    ClipValue: clip_value,
    DecoupledWeightDecay: decay,
    SAM: sam,
    Grokfast: grokfast,
    Cautious: cautious,
    Lookahead: lookahead,
    EMA: ema,
    SWA: swa,
}


def ours(modifier, spec, lr, first):
    twin = Twin(first)
    params, grad = first[None].copy(), np.empty((1, NETWORK.size))

    def look():
        twin.load(params[0])
        loss = twin.look()
        grad[0] = twin.flat(gradient=True)
        return np.array([loss])

    slots = first_slots([spec], [(modifier,)], params, NETWORK.tensors)
    update = bind([spec], [(modifier,)], Ground(params, grad, slots, NETWORK.tensors, look=look))
    t = np.arange(1.0, STEPS + 1)[:, None]
    factors = np.empty((update.factors, STEPS, 1))
    update.tabulate(rate(lr, t), t, factors)
    path = []
    for k in range(STEPS):
        look()
        update.step(*factors[:, k, :, None])
        update.show()
        path.append((params[0].copy(), update.shown[0].copy()))
    return np.array(path)


@pytest.mark.parametrize(("spec", "lr"), INNER, ids=["sgd", "adam"])
@pytest.mark.parametrize("modifier", CASES, ids=repr)
def test_every_step_is_the_references_up_to_what_rounding_grows_to(modifier, spec, lr):
    first = np.random.default_rng(3).normal(0.0, 0.5, size=NETWORK.size)
    expected = theirs(modifier, spec, lr, first)
    nudged = theirs(modifier, spec, lr, np.nextafter(first, np.inf))
    size = np.linalg.norm(expected, axis=-1)
    grown = np.linalg.norm(nudged - expected, axis=-1) / size
    distance = np.linalg.norm(ours(modifier, spec, lr, first) - expected, axis=-1)
    assert (size > 0.1).all()
    assert (distance <= np.maximum(1e-10, 100.0 * grown) * size).all()
