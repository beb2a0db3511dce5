"""Every optimizer against PyTorch, on a small network with PyTorch's own gradients."""

from itertools import pairwise

import numpy as np
import pytest

from lrviz.engine.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import whole

torch = pytest.importorskip("torch")

STEPS = 200
WIDTHS = (2, 8, 8, 1)
CASES = [
    (SGD(), 0.1),
    (SGD(momentum=0.9), 0.05),
    (SGD(momentum=0.8, dampening=0.4, weight_decay=0.01), 0.1),
    (SGD(momentum=0.9, nesterov=True, weight_decay=0.001), 0.05),
    (SGD(dampening=0.5, weight_decay=0.1), 0.1),
    (RMSprop(), 0.01),
    (RMSprop(centered=True, momentum=0.5), 0.002),
    (RMSprop(alpha=0.9, eps=1e-4, momentum=0.9, weight_decay=0.01), 0.001),
    (RMSprop(alpha=0.3, centered=True, eps=1e-3), 0.003),
    (Adagrad(), 0.1),
    (Adagrad(lr_decay=0.01, weight_decay=0.01), 0.1),
    (Adagrad(initial_accumulator_value=0.1, eps=1e-5), 0.2),
    (Adam(), 0.01),
    (Adam(betas=(0.5, 0.9), eps=1e-5, weight_decay=0.01), 0.02),
    (Adam(amsgrad=True, betas=(0.9, 0.8)), 0.02),
    (Adam(amsgrad=True, weight_decay=0.1), 0.01),
    (AdamW(), 0.01),
    (AdamW(weight_decay=0.5, betas=(0.8, 0.95), eps=1e-5), 0.02),
    (AdamW(amsgrad=True, betas=(0.9, 0.8)), 0.02),
]


def problem():
    """A gradient (n, P) of the parameters (n, P) of n small networks, and the first parameters (P,)."""
    random = np.random.default_rng(11)
    inputs = torch.tensor(random.normal(size=(24, 2)))
    targets = torch.sin(2.0 * inputs[:, :1]) * inputs[:, 1:]
    shapes = [(out, into + 1) for into, out in pairwise(WIDTHS)]
    sizes = [rows * columns for rows, columns in shapes]
    first = random.normal(0.0, 0.5, size=sum(sizes))

    def gradient(params):
        flat = torch.tensor(params, requires_grad=True)
        values = inputs
        for depth, (part, shape) in enumerate(zip(flat.split(sizes, dim=1), shapes, strict=True)):
            matrices = part.reshape(-1, *shape)
            values = values @ matrices[:, :, :-1].mT + matrices[:, None, :, -1]
            if depth < len(shapes) - 1:
                values = torch.tanh(values)
        loss = ((values - targets) ** 2).mean(dim=(1, 2)).sum()
        return torch.autograd.grad(loss, flat)[0]

    return gradient, first


def rate(lr, t):
    """α of update t: it falls, so that its place in the formula matters."""
    return lr / (1.0 + 0.01 * t)


def pytorchs(spec, lr, gradient, starts):
    """Parameters after each step, (STEPS, n, P), by PyTorch."""
    flat = torch.tensor(starts, requires_grad=True)
    name = spec.torch_name.rpartition(".")[2]
    optimizer = getattr(torch.optim, name)([flat], lr=lr, **spec.torch_arguments())
    path = []
    for t in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = rate(lr, t)
        flat.grad = gradient(flat.detach().numpy())
        optimizer.step()
        path.append(flat.detach().numpy().copy())
    return np.array(path)


def ours(spec, lr, gradient, first):
    """Parameters after each step, (STEPS, P), by the update rule; PyTorch only gives gradients."""
    params = first[None].copy()
    grad = np.empty_like(params)
    tensors = whole(len(first))
    slots = first_slots([spec], [()], params, tensors)
    update = type(spec).bind([spec], Ground(params, grad, slots, tensors))
    t = np.arange(1.0, STEPS + 1)[:, None]
    factors = np.empty((update.factors, STEPS, 1))
    update.tabulate(rate(lr, t), t, factors)
    path = []
    for k in range(STEPS):
        grad[:] = gradient(params).numpy()
        update.step(*factors[:, k, :, None])
        path.append(params[0].copy())
    return np.array(path)


@pytest.mark.conformance
@pytest.mark.parametrize(("spec", "lr"), CASES, ids=[repr(case[0]) for case in CASES])
def test_every_step_is_pytorchs_up_to_what_rounding_grows_to(spec, lr):
    gradient, first = problem()
    starts = np.stack([first, np.nextafter(first, np.inf)])
    expected, nudged = pytorchs(spec, lr, gradient, starts).swapaxes(0, 1)
    size = np.linalg.norm(expected, axis=1)
    grown = np.linalg.norm(nudged - expected, axis=1) / size
    distance = np.linalg.norm(ours(spec, lr, gradient, first) - expected, axis=1)
    assert (size > 0.1).all()
    assert (distance <= np.maximum(1e-10, 100.0 * grown) * size).all()
