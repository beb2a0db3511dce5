"""Two schedules at once."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from lrviz.engine.parts import PartField
from lrviz.engine.schedules.base import Floats, Times
from lrviz.engine.schedules.composite import Composite, counting, member_field
from lrviz.engine.schedules.constant import Constant
from lrviz.engine.schedules.cyclic import Cyclic
from lrviz.engine.schedules.exponential import Exponential
from lrviz.engine.schedules.linear import Linear
from lrviz.engine.schedules.multi_step import MultiStep
from lrviz.engine.schedules.step import Step

if TYPE_CHECKING:
    from lrviz.engine.schedules import AnyPlanned

CHAINABLE = (Constant, Step, MultiStep, Exponential, Linear)
"""Those that PyTorch computes by factors from one step to the next, which is what it can chain."""


class Product(Composite):
    """α(t)/α is the product of what two schedules say.

    Only one of them may move momentum. Reference: `torch.optim.lr_scheduler.ChainedScheduler`, which does
    this for schedules that multiply the present rate, but for others lets the last one win.
    """

    title: ClassVar[str] = "Product"
    summary: ClassVar[str] = "Two schedules, multiplied."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.ChainedScheduler"
    kind: Literal["product"] = "product"
    first: Annotated["AnyPlanned", *PartField, member_field("First", "One of the two schedules.")] = Cyclic()
    second: Annotated[
        "AnyPlanned", *PartField, member_field("Times", "The schedule that the first is multiplied with.")
    ] = Exponential()

    @field_validator("first", "second")
    @classmethod
    def _count_the_same(cls, schedule: "AnyPlanned", info: ValidationInfo) -> "AnyPlanned":
        return counting(schedule, info.data.get("unit", "step"))

    @model_validator(mode="after")
    def _leave_momentum_to_one(self) -> Self:
        if self.first.moves_momentum and self.second.moves_momentum:
            raise ValueError(
                f"{self.first.title} and {self.second.title} both move momentum; only one of the two may"
            )
        return self

    @property
    def members(self) -> tuple["AnyPlanned", ...]:
        """See `Composite`."""
        return (self.first, self.second)

    def multiple_at(self, times: Times) -> Floats:
        """See the class."""
        return self.first.multiple_at(times) * self.second.multiple_at(times)

    def momentum_at(self, times: Times) -> Floats:
        """That of the one that moves it."""
        return (self.first if self.first.moves_momentum else self.second).momentum_at(times)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """Both schedulers. Raises ValueError where PyTorch cannot chain them."""
        schedulers = []
        for member in self.members:
            if isinstance(member, Product):
                schedulers += member.torch_arguments(lr, total)["schedulers"]
            elif isinstance(member, CHAINABLE):
                schedulers.append(member.in_torch(lr, total))
            else:
                raise ValueError(f"PyTorch cannot multiply {member.title} with another schedule.")
        return {"schedulers": schedulers}

    def beyond(self) -> str:
        """See `Schedule`."""
        return f"multiplies one that {self.first.beyond()} with one that {self.second.beyond()}"
