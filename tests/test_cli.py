"""The command line."""

import json
import os
import signal
import subprocess
import sys
from importlib.abc import MetaPathFinder

import pytest

from lrviz import cli
from lrviz.experiment import Experiment, parse, save
from lrviz.experiment.presets import names
from lrviz.gui import shot as shots
from lrviz.gui import system
from lrviz.session import core as cores
from lrviz.session import history


@pytest.fixture
def spec(tmp_path):
    """A short experiment in a file."""
    path = tmp_path / "short.json"
    save(parse({"training": {"steps": 300}, "optimizer": "adam", "lr": 0.01}), path)
    return path


@pytest.fixture
def told(capsys):
    """Run a command: its exit code, stdout, and stderr."""

    def run(*arguments):
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def refused(result):
    """The one sentence of a command that was refused."""
    code, out, err = result
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


# run


def test_run_trains_and_tells_what_came_out(told, spec):
    code, out, _ = told("run", spec)
    assert code == 0
    assert out.startswith("300 steps, training loss 0.")
    assert "test accuracy" in out


def test_run_writes_a_row_for_every_step(told, spec, tmp_path):
    assert told("run", spec, "--out", tmp_path / "history.csv")[0] == 0
    lines = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "step,lr,training loss,test loss,test score"
    assert [int(line.split(",")[0]) for line in lines[1:]] == list(range(301))


def test_run_writes_every_step_of_a_run_too_long_to_be_recorded_whole(told, spec, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "MOST_CELLS", 64)
    monkeypatch.setattr(history, "LEAST_CELLS", 64)
    assert told("run", spec, "--out", tmp_path / "history.csv")[0] == 0
    rows = [line.split(",") for line in (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()]
    assert [int(row[0]) for row in rows[1:]] == list(range(301))
    assert all(row[1] and row[2] for row in rows[2:])
    assert [int(row[0]) for row in rows[1:] if row[3]] == list(range(0, 301, 10))


def test_run_ends_where_early_stopping_ends_it(told, tmp_path):
    spec = tmp_path / "stops.json"
    training = {"steps": 3000, "early_stopping": 2, "min_delta": 1e6, "eval_every": 5}
    save(parse({"training": training}), spec)
    code, out, _ = told("run", spec, "--out", tmp_path / "history.csv")
    assert code == 0
    assert out.startswith("15 steps, ")
    assert len((tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()) == 17


def test_run_gives_the_same_file_twice(told, spec, tmp_path):
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    told("run", spec, "--out", first)
    told("run", spec, "--out", second)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("steps", [7, 300, 450])
def test_run_stops_after_as_many_steps_as_asked_for(told, spec, steps):
    assert told("run", spec, "--steps", steps)[1].startswith(f"{steps} steps, ")


def test_steps_move_the_end_but_not_the_schedule(told, spec, tmp_path):
    for steps in (100, 300):
        told("run", spec, "--steps", steps, "--out", tmp_path / f"{steps}.csv")
    short, full = (
        (tmp_path / f"{steps}.csv").read_text(encoding="utf-8").splitlines() for steps in (100, 300)
    )
    assert full[: len(short)] == short


def test_run_takes_a_preset_by_its_name_and_tells_that_it_diverged(told):
    code, out, err = told("run", "diverges")
    assert code == 0
    assert "diverged at step 235." in out
    assert "Batch size 1000 is more than the 280 training examples" in err


def test_a_file_goes_before_a_preset_of_the_same_name(told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    assert cli.find("digits").data.dataset.kind == "digits"
    save(Experiment(lr=0.125), tmp_path / "spirals")
    assert cli.find("spirals").lr == 0.125


@pytest.mark.parametrize(("after", "kept"), [(1, 128), (2, 256)])
def test_ctrl_c_keeps_what_was_computed(told, spec, tmp_path, monkeypatch, after, kept):
    calls = []
    advance = cores.Core.advance

    def interrupted(core, steps):
        calls.append(steps)
        if len(calls) == after:
            signal.raise_signal(signal.SIGINT)
        return advance(core, steps)

    monkeypatch.setattr(cores.Core, "advance", interrupted)
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "history.csv"
    code, printed, err = told("run", spec, "--out", out)
    assert code == 130
    assert printed == ""
    assert err == f"lrviz: Stopped by Ctrl-C after step {kept}; {out} holds what was computed.\n"
    assert len(out.read_text(encoding="utf-8").splitlines()) == kept + 2
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_ends_at_once_and_leaves_the_old_file(told, spec, tmp_path, monkeypatch):
    def interrupted(core, steps):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("training went on")

    monkeypatch.setattr(cores.Core, "advance", interrupted)
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "history.csv").write_text("old", encoding="utf-8")
    for out in ((), ("--out", folder / "history.csv")):
        assert told("run", spec, *out)[::2] == (130, "lrviz: Stopped by Ctrl-C; nothing was written.\n")
    assert [path.name for path in folder.iterdir()] == ["history.csv"]
    assert (folder / "history.csv").read_text(encoding="utf-8") == "old"


# What is refused


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_computed(
    told, spec, tmp_path, monkeypatch
):
    def never(*arguments):
        raise AssertionError("something was computed")

    monkeypatch.setattr(cores, "Core", never)
    monkeypatch.setattr(shots, "shot", never)
    for command in ("run", "shot"):
        assert refused(told(command, spec, "--out", tmp_path)) == (
            f"lrviz: {tmp_path} is a folder; give the name of a file in it.\n"
        )
        assert "cannot be written" in refused(told(command, spec, "--out", tmp_path / "no" / "x.csv"))
        assert "is the experiment itself" in refused(told(command, spec, "--out", spec))


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.png.gif"])
def test_a_picture_under_a_name_that_does_not_say_png_is_refused(told, spec, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert refused(told("shot", spec, "--out", name)) == (
        f"lrviz: {name} does not end in .png, the only format; choose a name that does.\n"
    )
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"lr": -1}', "Learning rate (lr): -1 is too low; it must be at least 0."),
        ('{"optimizer": "adamm"}', '(did you mean adam?).'),
        ('{"learning_rat": 1}', "learning_rat is not a field of an experiment"),
        ('{"version": 99}', "has version 99; this lrviz reads version 1."),
        ("[]", "holds a list"),
        ("{", "is not JSON"),
        ("", "is empty."),
    ],
)  # fmt: skip
def test_a_wrong_experiment_is_told_in_one_sentence_with_its_file(told, tmp_path, text, sentence):
    path = tmp_path / "wrong.json"
    path.write_text(text, encoding="utf-8")
    for command in (("run", path), ("shot", path, "--out", tmp_path / "x.png"), ("open", path)):
        err = refused(told(*command))
        assert err.startswith(f"lrviz: {path}")
        assert sentence in err


def test_every_problem_of_an_experiment_is_told_on_a_line_of_its_own(told, tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps({"lr": -1, "training": {"steps": 0}}), encoding="utf-8")
    code, _, err = told("run", path)
    assert code == 2
    assert err.splitlines() == [
        f"lrviz: {path}: Learning rate (lr): -1 is too low; it must be at least 0.",
        f"lrviz: {path}: Steps (training.steps): 0 is too low; it must be at least 1.",
    ]


def test_a_name_that_is_neither_file_nor_preset_is_told_with_the_presets(told):
    err = refused(told("run", "spiral"))
    assert "There is no file and no preset 'spiral' (did you mean spirals?)" in err
    assert ", ".join(names()) in err
    assert "missing.json cannot be read" in refused(told("run", "missing.json"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("fly",), "invalid choice: 'fly'"),
        (("run",), "required: SPEC"),
        (("run", "spirals", "--steps", "0"), "'0' must be a whole number of at least 1"),
        (("run", "spirals", "--steps", "1e3"), "'1e3' must be a whole number of at least 1"),
        (("run", "spirals", "--step", "5"), "unrecognized arguments: --step 5"),
        (("shot", "spirals"), "required: --out"),
        (("shot", "spirals", "--out", "x.png", "--size", "big"), "'big' must be width x height"),
        (("shot", "spirals", "--out", "x.png", "--size", "9x9"), "'9x9' must be width x height"),
        (("shot", "spirals", "--out", "x.png", "--size", "99999x100"), "each from 100 to 8192"),
        (("shot", "spirals", "--out", "x.png", "--steps", "-1"), "'-1' must be a whole number of at least 0"),
        (("shot", "spirals", "--out", "x.png", "--theme", "pink"), "'pink' (choose from"),
        (
            ("shot", "spirals", "--out", "x.png", "--panel", "los"),
            "'los' (did you mean loss?); the panels are",
        ),
    ],
)
def test_a_wrong_argument_is_told_in_one_sentence(told, arguments, sentence, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(told(*arguments))


# shot, presets, help


def test_shot_hands_its_arguments_over(told, spec, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(shots, "shot", lambda *arguments: calls.append(arguments))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(system, "missing", lambda libraries: {})
    out = tmp_path / "x.png"
    code, printed, _ = told(
        "shot", spec, "--steps", 20, "--panel", "loss", "--size", "800x600", "--theme", "light", "--out", out
    )
    assert (code, printed) == (0, f"Wrote {out}.\n")
    told("shot", spec, "--out", out)
    experiment = cli.find(str(spec))
    assert calls == [
        (experiment, 20, "loss", (800, 600), "light", out),
        (experiment, 300, "window", (1600, 1000), "dark", out),
    ]


def test_presets_are_listed_with_what_there_is_to_see(told):
    code, out, _ = told("presets")
    assert code == 0
    for name in names():
        assert f"{name}: {cli.find(name).name}\n    " in out


def test_help_shows_the_commands_and_examples(told):
    code, out, _ = told("--help")
    assert code == 0
    for word in ("open", "run", "shot", "presets", "--version", "lrviz run spirals", "lrviz shot spirals"):
        assert word in out
    for command in ("open", "run", "shot", "presets"):
        assert told(command, "--help")[0] == 0


def test_version_is_told(told):
    code, out, _ = told("--version")
    assert code == 0
    assert out.startswith("lrviz ")


def test_help_and_presets_can_be_read_on_a_console_with_few_characters():
    for command in (["--help"], ["run", "--help"], ["presets"], ["run", "adam-moons", "--steps", "1"]):
        done = subprocess.run(
            [sys.executable, "-c", "from lrviz.cli import main; raise SystemExit(main())", *command],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii:strict"},
            check=False,
        )
        assert done.returncode == 0
        assert done.stdout.isascii()
        assert b"Traceback" not in done.stderr


def test_the_command_line_starts_without_qt_and_scikit_learn():
    code = (
        "import sys, lrviz.cli; lrviz.cli.main(['presets']);"
        "print(*sorted({'PySide6', 'pyqtgraph', 'sklearn', 'scipy', 'torch'} & set(sys.modules)), 'end')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "end"


# The window


def test_without_a_command_the_window_opens_with_the_last_experiment(told, monkeypatch):
    opened = []
    monkeypatch.setattr(system, "obstacle", lambda: None)
    monkeypatch.setattr("lrviz.gui.app.main", lambda experiment: opened.append(experiment) or 0)
    assert told()[0] == 0
    assert told("open")[0] == 0
    assert told("open", "digits")[0] == 0
    assert opened == [None, None, cli.find("digits")]


def test_an_obstacle_is_told_in_one_sentence(told, monkeypatch):
    monkeypatch.setattr(system, "obstacle", lambda: "There is no screen.")
    assert refused(told()) == "lrviz: There is no screen.\n"


class Broken(MetaPathFinder):
    """Fails the import of the window as PySide6 does."""

    def __init__(self, error):
        self.error = error

    def find_spec(self, name, path=None, target=None):
        if name == "lrviz.gui.app":
            raise self.error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ImportError("libEGL.so.1: cannot open shared object file: No such file or directory"),
            "libEGL.so.1; on Debian or Ubuntu install with: sudo apt install libegl1",
        ),
        (
            ImportError("libodd.so.3: cannot open shared object file: No such file or directory"),
            "libodd.so.3; install the package of your system that brings it",
        ),
        (ModuleNotFoundError("No module named 'PySide6'", name="PySide6"), "PySide6, which draws the window"),
        (
            ImportError("/lib/libc.so.6: version `GLIBC_2.34' not found (required by x)"),
            "glibc 2.34 or later",
        ),
    ],
)
def test_a_window_that_cannot_be_imported_is_told_with_the_remedy(told, monkeypatch, error, sentence):
    monkeypatch.setattr(system, "obstacle", lambda: None)
    monkeypatch.setattr(system, "missing", lambda libraries: {})
    monkeypatch.delitem(sys.modules, "lrviz.gui.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(error), *sys.meta_path])
    assert sentence in refused(told())


def test_an_import_that_fails_for_another_reason_is_not_hidden(monkeypatch):
    monkeypatch.setattr(system, "obstacle", lambda: None)
    monkeypatch.delitem(sys.modules, "lrviz.gui.app", raising=False)
    error = ImportError("cannot import name 'windwo'")
    monkeypatch.setattr(sys, "meta_path", [Broken(error), *sys.meta_path])
    with pytest.raises(ImportError, match="windwo"):
        cli.main([])
