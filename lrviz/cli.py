"""The command line: the window, and what can be done without it."""

import argparse
import os
import re
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from lrviz.experiment import Experiment, ExperimentError, FileError, load
from lrviz.experiment.files import check_writable, require_ending, writing
from lrviz.experiment.messages import guess
from lrviz.experiment.presets import names, preset

if TYPE_CHECKING:
    from lrviz.session.core import Core

OK, FAILED, INTERRUPTED = 0, 2, 130
STRETCH = 128
"""Steps between two looks at Ctrl-C."""
MOST_PIXELS = 8192

DESCRIPTION = """\
See what the learning rate does: train small networks and watch loss, weights and steps move.

Without a command, lrviz opens its window and starts to train.
"""
EXAMPLES = """\
examples:
  lrviz                                   open the window
  lrviz open digits                       open the window with a preset
  lrviz presets                           list the experiments that come along
  lrviz run spirals                       train one of them here, without a window
  lrviz run my.json --out history.csv     train an experiment saved in the window; keep the numbers
  lrviz shot spirals --steps 3000 --panel loss --out loss.png
                                          make a picture, without a window

`lrviz COMMAND --help` tells more about a command.
"""
SPEC_HELP = "an experiment: a JSON file saved by the window, or the name of a preset"


class CommandError(Exception):
    """Something wrong with a command; its text is one sentence for people."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `lrviz` with these arguments (of the process if None); the exit code."""
    _be_printable()
    try:
        options = _parser().parse_args(arguments)
        code: int = options.command(options)
        sys.stdout.flush()
    except (CommandError, FileError) as error:
        return _complain(str(error))
    except ExperimentError as error:
        return _complain(*(f"{options.spec}: {problem.sentence}" for problem in error.problems))
    except BrokenPipeError:
        # Whoever read the output has left; what is still in the buffer must not be tried again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return _complain("Stopped by Ctrl-C; nothing was written.", code=INTERRUPTED)
    return code


# Commands


def _open(options: argparse.Namespace) -> int:
    from lrviz.gui import system

    experiment = find(options.spec) if options.spec else None
    if (trouble := system.obstacle()) is not None:
        raise CommandError(trouble)
    try:
        from lrviz.gui.app import main as window
    except ImportError as error:
        raise _understood(error) from error
    return window(experiment)


def _run(options: argparse.Namespace) -> int:
    experiment = find(options.spec)
    if options.out:
        _check_out(options)

    from lrviz.session.core import Core
    from lrviz.session.stream import Stream

    stream = Stream()
    core = Core(experiment, stream.append if options.out else None)
    _notice(core)
    steps = options.steps or experiment.training.steps
    with _Patience() as patience:
        if options.out:
            with writing(options.out) as file:
                _train(core, steps, patience, after=lambda: stream.write(file))
                stream.write(file)
        else:
            _train(core, steps, patience, after=lambda: None)
    if patience.lost:
        kept = f"{options.out} holds what was computed" if options.out else "nothing was written"
        return _complain(f"Stopped by Ctrl-C after step {core.step}; {kept}.", code=INTERRUPTED)
    print(_summary(core))
    return OK


def _shot(options: argparse.Namespace) -> int:
    experiment = find(options.spec)
    _check_out(options)
    require_ending(options.out, ".png")

    from lrviz.gui import system
    from lrviz.gui.shot import PANELS, shot

    if options.panel not in PANELS:
        raise CommandError(
            f"There is no panel {options.panel!r}{guess(options.panel, PANELS)}; "
            f"the panels are {', '.join(PANELS)}."
        )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if (trouble := system.obstacle()) is not None:
        raise CommandError(trouble)
    steps = experiment.training.steps if options.steps is None else options.steps
    try:
        shot(experiment, steps, options.panel, options.size, options.theme, options.out)
    except ImportError as error:
        raise _understood(error) from error
    print(f"Wrote {options.out}.")
    return OK


def _presets(options: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes the options
    width = min(shutil.get_terminal_size().columns, 100)
    for name in names():
        experiment = preset(name).experiment
        print(f"{name}: {experiment.name}")
        print(textwrap.fill(experiment.note, width, initial_indent="    ", subsequent_indent="    "))
    return OK


# Parts of commands


def find(spec: str) -> Experiment:
    """The experiment of a file or preset. Raises FileError or ExperimentError."""
    path = Path(spec)
    if path.is_file():
        return load(path)
    if spec in names():
        return preset(spec).experiment
    if path.exists() or path.suffix or len(path.parts) > 1:
        return load(path)
    known = names()
    raise FileError(
        f"There is no file and no preset {spec!r}{guess(spec, known)}; the presets are {', '.join(known)}."
    )


def _check_out(options: argparse.Namespace) -> None:
    """Refuse an output that cannot be written, before anything is computed."""
    check_writable(options.out)
    spec = Path(options.spec)
    if spec.exists() and options.out.exists() and options.out.samefile(spec):
        raise CommandError(f"{options.out} is the experiment itself; give --out another name.")


def _train(core: "Core", steps: int, patience: "_Patience", after: Callable[[], None]) -> None:
    """Train up to `steps`, or to a Ctrl-C; call `after` after each stretch."""
    from tqdm import tqdm

    from lrviz.session.snapshot import Status

    # The bar is moved often enough; no thread needs to watch over it.
    tqdm.monitor_interval = 0
    with tqdm(total=steps, unit=" steps", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:
        while core.step < steps and not patience.lost:
            if core.status() in (Status.DIVERGED, Status.STOPPED_EARLY):
                return
            core.go_on()
            bar.update(core.advance(min(STRETCH, steps - core.step)))
            after()


def _notice(core: "Core") -> None:
    from lrviz.experiment.build import notices

    for sentence in notices(core.experiment, core.trainer.block.examples):
        print(f"lrviz: {sentence}", file=sys.stderr)


def _summary(core: "Core") -> str:
    """What came out, in a line."""
    snapshot = core.snapshot()
    latest = {name: float(view.latest()[1][0]) for name, view in snapshot.series.items()}
    told = [f"{core.step} steps"]
    told += [f"{name} {latest[name]:.4g}" for name in ("training loss", "test loss") if name in latest]
    if "test score" in latest:
        score = latest["test score"]
        regression = snapshot.examples.task == "regression"
        told.append(f"test R² {score:.4g}" if regression else f"test accuracy {score:.1%}")
    end = f"; diverged at step {snapshot.diverged_at}" if snapshot.diverged_at else ""
    return ", ".join(told) + end + "."


class _Patience:
    """Within it, the first Ctrl-C is only noted, so that nothing is torn apart; the second one ends."""

    def __init__(self) -> None:
        self.lost = False

    def __enter__(self) -> "_Patience":
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal's interface
        self.lost = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _understood(error: ImportError) -> Exception:
    from lrviz.gui import system

    sentence = system.import_failure(error)
    return CommandError(sentence) if sentence else error


def _complain(*sentences: str, code: int = FAILED) -> int:
    for sentence in sentences:
        print(f"lrviz: {sentence}", file=sys.stderr)
    return code


def _be_printable() -> None:
    """Let characters that a console does not have come out as "?" instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


# Arguments


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{self.prog}: {message}; see `{self.prog} --help`.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lrviz",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"lrviz {_version()}")
    parser.set_defaults(command=_open, spec=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    window = _command(commands, "open", _open, "open the window (as without a command)")
    window.add_argument("spec", metavar="SPEC", nargs="?", help=f"{SPEC_HELP}; without it, the last one")

    run = _command(commands, "run", _run, "train without a window")
    run.add_argument("spec", metavar="SPEC", help=SPEC_HELP)
    run.add_argument(
        "--out", type=Path, metavar="FILE.csv", help="write every number here, one row for every step"
    )
    run.add_argument(
        "--steps", type=_steps(1), metavar="N", help="stop after N steps (default: as the experiment plans)"
    )

    shot = _command(commands, "shot", _shot, "make a picture, without a window or a display")
    shot.add_argument("spec", metavar="SPEC", help=SPEC_HELP)
    shot.add_argument("--out", type=Path, metavar="FILE.png", required=True, help="the picture, named .png")
    shot.add_argument(
        "--steps", type=_steps(0), metavar="N", help="train N steps before (default: as the experiment plans)"
    )
    shot.add_argument(
        "--panel", default="window", help="what is in it: window (all, the default), loss, lr, weights, ..."
    )
    shot.add_argument(
        "--size", type=_size, default=(1600, 1000), metavar="WxH", help="its size in pixels (1600x1000)"
    )
    shot.add_argument("--theme", choices=("dark", "light"), default="dark", help="its colours (dark)")

    _command(commands, "presets", _presets, "list the experiments that come with lrviz")
    return parser


def _command(commands: Any, name: str, function: Any, summary: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(command=function)
    return command


def _steps(least: int) -> Any:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} must be a whole number of at least {least}")
        return int(text)

    return parse


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (100 <= width <= MOST_PIXELS and 100 <= height <= MOST_PIXELS):
        raise argparse.ArgumentTypeError(
            f"{text!r} must be width x height such as 1600x1000, each from 100 to {MOST_PIXELS}"
        )
    return width, height


def _version() -> str:
    try:
        return version("lrviz")
    except PackageNotFoundError:
        return "(not installed)"
