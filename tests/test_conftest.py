"""The guard against what tests leave behind, tried on a test that does."""

import subprocess
import sys
from pathlib import Path

CARELESS = """
from lrviz.gui.shot import StillSession
from lrviz.gui.theme import DARK
from lrviz.gui.window import Window
from lrviz.experiment import Experiment
from lrviz.session.core import Core

kept = []

def test_careless(qapp):
    window = Window(StillSession(Core(Experiment())), DARK)
    window.show()
    qapp.processEvents()
    kept.append(window)

def test_careful(qapp, qtbot):
    window = Window(StillSession(Core(Experiment())), DARK)
    qtbot.addWidget(window)
    window.show()
"""


def test_a_window_left_behind_fails_its_test_with_a_sentence_and_without_a_crash(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    (tmp_path / "conftest.py").write_text(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "test_careless.py").write_text(CARELESS)
    options = [
        "-c",
        str(root / "pyproject.toml"),
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 passed, 1 error" in done.stdout
    assert "The test left behind:\n  top-level Window “lrviz” (started at " in done.stdout
