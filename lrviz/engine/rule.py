"""The optimizer of a block and the modifiers around it, as one update rule."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lrviz.engine.modifiers.base import Modifier
from lrviz.engine.optimizers.base import Optimizer, Update
from lrviz.engine.optimizers.ground import Array, Ground, Slot
from lrviz.engine.tensors import Tensor

Chain = tuple[Modifier, ...]
"""Modifiers from the outermost, which sees the gradient first, to the one around the optimizer."""


def declared(optimizer: Optimizer, chain: Chain, tensors: Sequence[Tensor]) -> dict[str, Slot]:
    """The slots of one run by name; those of modifier i are called `i.name`."""
    slots = dict(optimizer.slots(tensors))
    for number, modifier in enumerate(chain):
        slots |= {f"{number}.{name}": slot for name, slot in modifier.slots(tensors).items()}
    return slots


def first_slots(
    optimizers: Sequence[Optimizer], chains: Sequence[Chain], params: Array, tensors: Sequence[Tensor]
) -> dict[str, Array]:
    """The slots of R runs before their first step from `params` (R, P)."""
    slots = {
        name: slot.allocate(params) for name, slot in declared(optimizers[0], chains[0], tensors).items()
    }
    for row, (optimizer, chain) in enumerate(zip(optimizers, chains, strict=True)):
        renew(slots, row, params, declared(optimizer, chain, tensors))
    return slots


def renew(slots: Mapping[str, Array], row: int, params: Array, own: Mapping[str, Slot]) -> None:
    """Fill one run's slots as before the first step from `params` (R, P)."""
    for name, slot in own.items():
        slot.fill(slots[name][row : row + 1], params[row : row + 1])


def bind(optimizers: Sequence[Optimizer], chains: Sequence[Chain], ground: Ground) -> Update:
    """The update rule for these R settings: modifiers around modifiers around the optimizer's."""
    update = type(optimizers[0]).bind(optimizers, ground)
    for number in reversed(range(len(chains[0]))):
        specs = [chain[number] for chain in chains]
        prefix = f"{number}."
        own = {
            name.removeprefix(prefix): array
            for name, array in ground.slots.items()
            if name.startswith(prefix)
        }
        update = type(specs[0]).wrap(specs, replace(ground, slots=own), update)
    return update


def averages(optimizer: Optimizer, chain: Chain) -> bool:
    """Whether what is evaluated and shown are other parameters than those that are stepped."""
    return optimizer.averages or any(modifier.averages for modifier in chain)
