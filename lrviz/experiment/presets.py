"""Presets: experiments that come with lrviz, one JSON file each in `resources/presets`.

To add one, put its file there and its name, without the ending, in `NAMES`.
"""

from dataclasses import dataclass
from pathlib import Path

from lrviz.experiment.files import FileError, load
from lrviz.experiment.messages import guess
from lrviz.experiment.models import Experiment

STARTUP = "spirals"
NAMES = (
    STARTUP,
    "too-low",
    "too-high",
    "diverges",
    "step-decay",
    "cyclic",
    "plateau",
    "adam-moons",
    "sine-regression",
    "breast-cancer",
    "digits",
)
"""A lesson, in its order: the learning rate, schedules, another optimizer, regression, real data."""


@dataclass(frozen=True)
class Preset:
    """A named experiment; `name` is the file's name without its ending."""

    name: str
    experiment: Experiment


def resources() -> Path:
    """The folder `resources`: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def names() -> tuple[str, ...]:
    """The presets' names, in the order in which to look at them."""
    return NAMES


def preset(name: str) -> Preset:
    """The preset of that name. Raises FileError when there is none."""
    known = names()
    if name not in known:
        raise FileError(
            f"There is no preset {name!r}{guess(name, known)}; the presets are {', '.join(known)}."
        )
    return Preset(name, load(resources() / "presets" / f"{name}.json"))
