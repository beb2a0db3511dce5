"""The optimizers that find their rate themselves against their authors' packages, or their published rules.

Where no package can be installed, the rule is written here from the paper or the authors' code, in PyTorch
with one vector of parameters.
"""

import math

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.optimizers import (
    SGDHD,
    SLS,
    SPS,
    AdamHD,
    BarzilaiBorwein,
    DAdaptAdam,
    DAdaptSGD,
    DoG,
    DoWG,
    Prodigy,
)
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.rule import first_slots

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance
# Its own threads take more time than such small networks do.
torch.set_num_threads(1)

STEPS = 200
NETWORK = Network.build(2, [(8, Tanh()), (8, Tanh())], 1)
PACKAGES = {Prodigy: "prodigyopt", DAdaptAdam: "dadaptation", DAdaptSGD: "dadaptation", DoG: "dog"}
PACKAGED = [
    (Prodigy(), 1.0),
    (Prodigy(d0=1e-3, betas=(0.5, 0.9), weight_decay=0.1, use_bias_correction=True), 2.0),
    (Prodigy(d0=1e-4, decouple=False, weight_decay=0.01, safeguard_warmup=True, growth_rate=1.1), 0.5),
    (Prodigy(d0=1e-4, beta3=0.8, d_coef=0.5, betas=(0.2, 0.99), eps=1e-5), 1.0),
    (DAdaptAdam(), 0.3),
    (DAdaptAdam(d0=1e-3, betas=(0.5, 0.9), weight_decay=0.01, use_bias_correction=True), 2.0),
    (DAdaptAdam(d0=1e-4, decouple=True, weight_decay=0.1, growth_rate=1.1, eps=1e-5), 0.5),
    (DAdaptSGD(d0=1e-3), 0.3),
    (DAdaptSGD(d0=1e-3, momentum=0.9, weight_decay=0.01), 0.2),
    (DAdaptSGD(d0=1e-4, momentum=0.5, growth_rate=1.2), 0.2),
    (DoG(), 1.0),
    (DoG(reps_rel=1e-3, weight_decay=0.01, eps=1e-4), 2.0),
    (DoG(reps_rel=1e-2), 0.5),
    (DoG(init_eta=0.05), 1.01),
]
PUBLISHED = [
    (DoWG(), 1.0),
    (DoWG(eps=1e-6), 2.0),
    (DoWG(eps=1e-2, weight_decay=0.01), 0.5),
    (SPS(), 0.3),
    (SPS(c=0.8, fstar=0.01), 0.25),
    (SPS(adapt_flag="smooth_iter", c=1.0, n_batches_per_epoch=10), 0.05),
    (SPS(adapt_flag="smooth_iter", c=0.9, gamma=3.0, n_batches_per_epoch=30, weight_decay=0.01), 0.1),
    (SLS(n_batches_per_epoch=10), 1.0),
    (SLS(reset_option=0, c=0.3, beta_b=0.5), 4.0),
    (SLS(reset_option=2, beta_b=0.8, weight_decay=0.01), 2.0),
    (SGDHD(hypergrad_lr=1e-3), 0.01),
    (SGDHD(hypergrad_lr=1e-4, momentum=0.8, dampening=0.5, weight_decay=0.01), 0.02),
    (SGDHD(hypergrad_lr=1e-4, momentum=0.9, nesterov=True), 0.02),
    (AdamHD(), 0.01),
    (AdamHD(hypergrad_lr=1e-5, betas=(0.5, 0.9), eps=1e-5, weight_decay=0.01), 0.01),
    (AdamHD(hypergrad_lr=1e-4, betas=(0.8, 0.99)), 0.001),
    (BarzilaiBorwein(), 1.0),
    (BarzilaiBorwein(variant="BB2", init_step_size=0.01, weight_decay=0.01), 1.0),
    (BarzilaiBorwein(same_batch=False, max_step_size=0.5, min_step_size=0.05), 0.8),
]


class Place:
    """Vectors of parameters in PyTorch on a fixed problem: the loss and its gradient anywhere."""

    def __init__(self):
        random = np.random.default_rng(11)
        self.inputs = torch.tensor(random.normal(size=(24, 2)))
        self.targets = torch.sin(2.0 * self.inputs[:, :1]) * self.inputs[:, 1:]
        self.first = random.normal(0.0, 0.5, size=NETWORK.size)

    def loss(self, flat):
        values = self.inputs
        for depth, layer in enumerate(NETWORK.layers):
            matrix = flat[layer.start : layer.stop].reshape(layer.fan_out, layer.fan_in + 1)
            values = torch.nn.functional.linear(values, matrix[:, :-1], matrix[:, -1])
            if depth < len(NETWORK.layers) - 1:
                values = torch.tanh(values)
        return ((values - self.targets) ** 2).mean()

    def look(self, flat):
        at = torch.as_tensor(flat).detach().clone().requires_grad_()
        loss = self.loss(at)
        return loss.item(), torch.autograd.grad(loss, at)[0]


def rates(spec, lr):
    """α of each update: it falls, so that its place in the formula matters.

    It also rests for three steps, where the reference takes an α of 0.
    """
    fallen = lr / (1.0 + 0.01 * np.arange(1.0, STEPS + 1))
    if isinstance(spec, Prodigy | DAdaptAdam) and not spec.use_bias_correction:
        fallen[[0, 30, 31]] = 0.0
    return fallen


def packaged(spec, lr, place, first):
    """Parameters after each step, (STEPS, P), by the package: each tensor of the network by itself."""
    library = pytest.importorskip(PACKAGES[type(spec)])
    parts = [torch.tensor(first[tensor.places]) for tensor in NETWORK.tensors]
    settings = spec.model_dump(exclude={"kind"})
    if settings.get("growth_rate", 0.0) is None:
        settings["growth_rate"] = math.inf
    optimizer = getattr(library, type(spec).__name__)(parts, lr=1.0, **settings)
    path = []
    flat = np.array(first)
    for alpha in rates(spec, lr):
        optimizer.param_groups[0]["lr"] = alpha
        gradient = place.look(flat)[1].numpy()
        for part, tensor in zip(parts, NETWORK.tensors, strict=True):
            part.grad = torch.tensor(gradient[tensor.places])
        optimizer.step()
        for part, tensor in zip(parts, NETWORK.tensors, strict=True):
            flat[tensor.places] = part.numpy()
        path.append(flat.copy())
    return np.array(path)


def published(spec, lr, place, first):
    """Parameters after each step, (STEPS, P), by the rules below."""
    theta, memory, path = torch.tensor(first), {}, []
    before = None
    for t, alpha in enumerate(rates(spec, lr), 1):

        def look(at):
            loss, gradient = place.look(at)
            loss += 0.5 * spec.weight_decay * float(at @ at)
            return loss, gradient + spec.weight_decay * at

        rescaled = 1.0 if before is None else alpha / before
        theta = RULES[type(spec)](spec, theta, look, memory, t, alpha, rescaled)
        before = alpha
        path.append(theta.numpy().copy())
    return np.array(path)


def dowg(spec, theta, look, memory, t, alpha, rescaled):
    """Khaled et al. 2023, Algorithm 1, with ε as in the authors' code."""
    gradient = look(theta)[1]
    start = memory.setdefault("start", theta.clone())
    memory["r2"] = max(memory.get("r2", spec.eps), float((theta - start) @ (theta - start)))
    memory["v"] = memory.get("v", 0.0) + memory["r2"] * float(gradient @ gradient)
    return theta - alpha * memory["r2"] / (math.sqrt(memory["v"]) + spec.eps) * gradient


def sps(spec, theta, look, memory, t, alpha, rescaled):
    """Loizou et al. 2021; a schedule rescales the bound of "smooth_iter"."""
    loss, gradient = look(theta)
    norm = float(gradient.norm())
    if norm < 1e-8:
        return theta
    step = max(loss - spec.fstar, 0.0) / (spec.c * norm**2 + spec.eps)
    bound = alpha
    if spec.adapt_flag == "smooth_iter":
        last = memory.get("step", alpha) * rescaled
        bound = spec.gamma ** (1.0 / spec.n_batches_per_epoch) * last
    memory["step"] = min(bound, step)
    return theta - memory["step"] * gradient


def sls(spec, theta, look, memory, t, alpha, rescaled):
    """Vaswani et al. 2019, Algorithms 1 and 2, with the options as numbered in the authors' code."""
    loss, gradient = look(theta)
    step = memory.get("step", alpha) * rescaled
    if spec.reset_option == 1:
        step = min(step * spec.gamma ** (1.0 / spec.n_batches_per_epoch), alpha)
    elif spec.reset_option == 2:
        step = alpha
    memory["tries"] = memory.get("tries", 0)
    found = False
    for _ in range(100):
        place = theta - step * gradient
        if look(place)[0] <= loss - step * spec.c * float(gradient @ gradient):
            found = True
            break
        step *= spec.beta_b
    memory["step"] = step
    return place if found else theta - 1e-6 * alpha * gradient


def sgd_hd(spec, theta, look, memory, t, alpha, rescaled):
    """Baydin et al. 2018, Algorithms 1 and 2; a schedule rescales the learned rate."""
    gradient = look(theta)[1]
    lr = memory.get("lr", alpha) * rescaled
    lr += spec.hypergrad_lr * float(gradient @ memory.get("last", torch.zeros_like(theta)))
    direction = gradient
    if spec.momentum:
        share = 1.0 if t == 1 else 1.0 - spec.dampening
        buffer = memory.get("buffer", torch.zeros_like(theta)) * spec.momentum + share * gradient
        memory["buffer"] = buffer
        direction = gradient + spec.momentum * buffer if spec.nesterov else buffer
    memory["lr"], memory["last"] = lr, direction
    return theta - lr * direction


def adam_hd(spec, theta, look, memory, t, alpha, rescaled):
    """Baydin et al. 2018, Algorithm 3, with ε before the correction, as in the authors' code."""
    gradient = look(theta)[1]
    zero = torch.zeros_like(theta)
    lr = memory.get("lr", alpha) * rescaled
    lr += spec.hypergrad_lr * float(gradient @ memory.get("last", zero))
    beta1, beta2 = spec.betas
    m = memory.get("m", zero) * beta1 + (1.0 - beta1) * gradient
    v = memory.get("v", zero) * beta2 + (1.0 - beta2) * gradient**2
    direction = m / (v.sqrt() + spec.eps) * math.sqrt(1.0 - beta2**t) / (1.0 - beta1**t)
    memory.update(lr=lr, last=direction, m=m, v=v)
    return theta - lr * direction


def barzilai_borwein(spec, theta, look, memory, t, alpha, rescaled):
    """Barzilai & Borwein 1988; on one batch it makes no difference where the old gradient comes from."""
    gradient = look(theta)[1]
    step = memory.get("step", spec.init_step_size)
    if t > 1:
        s, y = theta - memory["theta"], gradient - memory["gradient"]
        ratio = float(s @ s / (s @ y)) if spec.variant == "BB1" else float((s @ y) / (y @ y))
        if float(s @ y) > 0.0:
            step = min(max(ratio, spec.min_step_size), spec.max_step_size)
    memory.update(step=step, theta=theta, gradient=gradient)
    return theta - alpha * step * gradient


RULES = {
    DoWG: dowg,
    SPS: sps,
    SLS: sls,
    SGDHD: sgd_hd,
    AdamHD: adam_hd,
    BarzilaiBorwein: barzilai_borwein,
}


def ours(spec, lr, place, first):
    """Parameters after each step, (STEPS, P), by the update rule; PyTorch only gives losses and gradients."""
    params = first[None].copy()
    grad, start = np.empty_like(params), np.empty(1)
    slots = first_slots([spec], [()], params, NETWORK.tensors)

    def look():
        loss, gradient = place.look(params[0])
        grad[0] = gradient.numpy()
        return np.array([loss])

    ground = Ground(params, grad, slots, NETWORK.tensors, loss=lambda: start, look=look)
    update = type(spec).bind([spec], ground)
    factors = np.empty((update.factors, STEPS, 1))
    update.tabulate(rates(spec, lr)[:, None], np.arange(1.0, STEPS + 1)[:, None], factors)
    path = []
    for k in range(STEPS):
        start[:] = look()
        update.step(*factors[:, k, :, None])
        path.append(params[0].copy())
    return np.array(path)


def check(spec, lr, reference):
    """Every step must be the reference's, up to what rounding grows to.

    Rules that look for their rate amplify rounding: they are followed as long as a reference that starts
    one rounding away stays within 10⁻⁸ of the other, which must be so for 40 steps at least.
    """
    place = Place()
    expected = reference(spec, lr, place, place.first)
    nudged = reference(spec, lr, place, np.nextafter(place.first, np.inf))
    size = np.linalg.norm(expected, axis=1)
    grown = np.maximum.accumulate(np.linalg.norm(nudged - expected, axis=1) / size)
    distance = np.linalg.norm(ours(spec, lr, place, place.first) - expected, axis=1) / size
    followed = int((grown < 1e-8).sum())
    assert followed >= 40, followed
    assert np.linalg.norm(expected[followed - 1] - place.first) > 0.1 * np.linalg.norm(place.first)
    assert (distance[:followed] <= np.maximum(1e-10, 100.0 * grown[:followed])).all()


@pytest.mark.parametrize(("spec", "lr"), PACKAGED, ids=[repr(case[0]) for case in PACKAGED])
def test_every_step_is_the_packages(spec, lr):
    check(spec, lr, packaged)


@pytest.mark.parametrize(("spec", "lr"), PUBLISHED, ids=[repr(case[0]) for case in PUBLISHED])
def test_every_step_is_the_published_rules(spec, lr):
    check(spec, lr, published)
