"""What README says is so."""

import json
import re
import shlex
from pathlib import Path

import pytest

from lrviz import cli
from lrviz.experiment import ExperimentError, loads
from lrviz.gui.actions import VERBS
from lrviz.gui.system import ALWAYS, X11

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("   ")[0]
    for line in README.splitlines()
    if re.match(r"lrviz( (open|run|shot|presets)\b|$)", line)
]


def test_the_experiment_shown_is_valid_and_uses_what_it_names():
    (text,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    experiment = loads(text)
    assert experiment.optimizer.kind == "adam"
    assert set(json.loads(text)) <= set(type(experiment).model_fields)


def test_the_error_shown_is_the_one_that_comes():
    with pytest.raises(ExperimentError) as caught:
        loads('{"network": {"hidden": [{"units": 0}]}}')
    assert f"lrviz: my.json: {caught.value}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_shown_are_understood(command):
    assert cli._parser().parse_args(shlex.split(command)[1:]).command


def test_every_command_is_shown():
    assert {command.split()[1] for command in COMMANDS if " " in command} == {
        "open",
        "run",
        "shot",
        "presets",
    }


def test_the_shortcuts_shown_are_those_of_the_window():
    shown = README.replace("→", "Right")
    for verb in VERBS:
        if verb.shortcut:
            assert re.search(rf"[|,] {re.escape(verb.shortcut)}[ ,]", shown), verb.name


def test_the_packages_shown_are_those_that_are_looked_for():
    installs = re.findall(r"sudo apt install (.*)", README)
    assert set(installs[0].split()) == set(ALWAYS.values())
    assert set(installs[1].split()) == set(X11.values())


def test_what_runs_on_a_fresh_machine_finds_the_lines_that_start_and_test():
    lines = [line for line in README.splitlines() if re.match(r"python3 -m venv .*\[test\]", line)]
    assert lines == ['python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest']
    starts = [line for line in README.splitlines() if re.match(r"python3 -m venv .*/bin/lrviz$", line)]
    assert starts == ["python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/lrviz"]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for package in (*ALWAYS.values(), *X11.values(), "xvfb", "xauth"):
        assert package in script.split()
