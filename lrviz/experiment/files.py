"""Experiments in files: JSON with a version."""

import json
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from lrviz.experiment.edits import parse
from lrviz.experiment.messages import ExperimentError, shown
from lrviz.experiment.models import VERSION, Experiment

MOST_DIGITS = 100
"""Of a whole number; none in an experiment has more than ten."""


class FileError(ValueError):
    """A file that cannot be read or written; its text is one sentence for people."""


def loads(text: str, source: str = "The text") -> Experiment:
    """An experiment from JSON.

    Raises FileError (a sentence naming `source`), or ExperimentError with the path of every problem.
    """
    if not text.strip():
        raise FileError(f"{source} is empty.")
    try:
        data = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_each_name_once, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise FileError(
            f"{source} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise FileError(f"{source} is nested too deeply to be an experiment.") from None
    except ValueError as error:
        raise FileError(f"{source} is not an experiment: {error}.") from None
    if not isinstance(data, dict):
        raise FileError(f'{source} holds {_kind_of(data)}; an experiment is an object like {{"lr": 0.1}}.')
    version = data.get("version", VERSION)
    if version != VERSION:
        raise FileError(f"{source} has version {shown(version)}; this lrviz reads version {VERSION}.")
    try:
        return parse(data)
    except ExperimentError as error:
        raise error.located() from None


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
    refuse_folder(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise FileError(f"{path} is not a text file in UTF-8.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {_reason(error)}.") from None


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises FileError."""
    with writing(path) as file:
        file.write(text)


@contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    """A text file to write to; it takes the place of `path` once the block has ended without an error.

    Raises FileError.
    """
    refuse_folder(path)
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe is written to; putting a file in its place would destroy it.
            with path.open("w", encoding="utf-8", newline="\n") as file:
                yield file
        else:
            with _replacing(path.resolve()) as file:
                yield file
    except OSError as error:
        raise FileError(f"{path} cannot be written: {_reason(error)}.") from None


def check_writable(path: Path) -> None:
    """Whether `write_text` can work here, found out by writing a file beside it. Raises FileError."""
    refuse_folder(path)
    if path.exists() and not path.is_file():
        return
    beside = _beside(path.resolve())
    try:
        beside.touch(exist_ok=False)
        beside.unlink()
    except OSError as error:
        raise FileError(f"{path} cannot be written: {_reason(error)}.") from None


def refuse_folder(path: Path) -> None:
    """Raises FileError for a folder, where a file is wanted."""
    if path.is_dir():
        raise FileError(f"{path} is a folder; give the name of a file in it.")


def require_ending(path: Path, ending: str) -> None:
    """Raises FileError for a name that does not tell what will be in the file; `ending`: `.png`."""
    if path.suffix.lower() != ending:
        raise FileError(f"{path} does not end in {ending}, the only format; choose a name that does.")


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    temporary = _beside(path)
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".lrviz-{secrets.token_hex(6)}")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _each_name_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object as a dict; a name given twice would silently lose the first value."""
    data: dict[str, Any] = {}
    for name, value in pairs:
        if name in data:
            raise ValueError(f"the field {shown(name)} is given twice")
        data[name] = value
    return data


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"the number {digits[:12]}... has {len(digits)} digits")
    return int(digits)


def _kind_of(data: Any) -> str:
    names = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}
    return names.get(type(data), "nothing")
