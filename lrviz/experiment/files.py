"""Experiments in files: JSON with a version."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from lrviz.experiment.edits import parse
from lrviz.experiment.models import VERSION, Experiment


class FileError(ValueError):
    """A file that cannot be read or written; its text is one sentence for people."""


def loads(text: str, source: str = "The text") -> Experiment:
    """An experiment from JSON. Raises FileError or ExperimentError, in sentences naming `source`."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileError(
            f"{source} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    except RecursionError:
        raise FileError(f"{source} is nested too deeply to be an experiment.") from None
    if not isinstance(data, dict):
        raise FileError(f"{source} holds {_kind_of(data)}; an experiment is an object like {{\"lr\": 0.1}}.")
    version = data.get("version", VERSION)
    if version != VERSION:
        raise FileError(
            f"{source} has version {version!r}; this lrviz reads version {VERSION}. "
            "Open it with the lrviz that wrote it, or a newer one."
        )
    return parse(data)


def dumps(experiment: Experiment) -> str:
    """The experiment as JSON; `loads(dumps(e)) == e`."""
    return json.dumps(experiment.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def load(path: Path) -> Experiment:
    """Read an experiment. Raises FileError or ExperimentError."""
    return loads(read_text(path), source=str(path))


def save(experiment: Experiment, path: Path) -> None:
    """Write an experiment. Raises FileError; an existing file is kept whole when writing fails."""
    write_text(path, dumps(experiment))


def read_text(path: Path) -> str:
    """A text file. Raises FileError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(f"{path} is not a text file in UTF-8.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {_reason(error)}.") from None


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises FileError."""
    if path.is_dir():
        raise FileError(f"{path} is a folder; give the name of a file in it.")
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise FileError(f"{path} cannot be written: {_reason(error)}.") from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _kind_of(data: Any) -> str:
    names = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}
    return names.get(type(data), "nothing")
