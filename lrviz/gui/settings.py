"""What the program remembers from one start to the next: one JSON file in the person's config folder."""

import json
import os
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict

from lrviz.experiment.files import FileError, write_text

FOLDER_VARIABLE = "LRVIZ_CONFIG_DIR"
"""The environment variable that names another folder."""


START_SPEED = 1000.0
"""Steps per second at the first start: fast enough to learn in seconds, slow enough to watch."""


ThemeChoice = Literal["system", "dark", "light"]


class Settings(BaseModel):
    """geometry: of the window, as base64. experiment: the last one, not validated here (None: none yet).

    theme: "system" follows the system, also while the window is open.
    folded: titles of the cards that show their headline only where there is room. folder: where a file
    was opened or saved last.
    speed: the limit in steps per second, None: none.
    Names that a newer lrviz wrote are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    geometry: str = ""
    theme: ThemeChoice = "system"
    experiment: dict[str, Any] | None = None
    folded: tuple[str, ...] = ()
    folder: str = ""
    speed: float | None = START_SPEED


def settings_path() -> Path:
    """The file the settings are kept in."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return (Path(folder) if folder else user_config_path("lrviz", appauthor=False)) / "settings.json"


def load() -> tuple[Settings, str | None]:
    """The settings kept last, and a sentence for the person when they could not be read.

    A file that makes no sense is moved aside to `settings.broken.json`.
    """
    path = settings_path()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        return Settings(), f"{path} cannot be read: {_reason(error)}. The usual settings are used."
    try:
        return Settings.model_validate(json.loads(content)), None
    except (ValueError, RecursionError):
        return Settings(), _move_aside(path)


def save(settings: Settings) -> None:
    """Keep these settings. Raises FileError; the ones kept before stay when writing fails."""
    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"The folder {path.parent} cannot be made: {_reason(error)}.") from None
    write_text(path, json.dumps(settings.model_dump(), indent=2) + "\n")


def _move_aside(path: Path) -> str:
    aside = path.with_name("settings.broken.json")
    try:
        os.replace(path, aside)
    except OSError as error:
        return f"{path} is damaged and cannot be moved aside: {_reason(error)}. The usual settings are used."
    return f"The settings were damaged and are now in {aside}. The usual settings are used."


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
