"""The window at 1600×1000 with all panels: idle, and while training at full speed.

    python -m pytest -c tests/benchmarks/pytest.ini tests/benchmarks/test_window.py

Work per frame, frames a second, input to reaction, and how much of its speed training keeps; offscreen,
and on the X11 display where `DISPLAY` names one. README.md says what exactly is measured.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import lrviz

SCRIPT = Path(__file__).with_name("window_process.py")
PLATFORMS = ["offscreen", *(["xcb"] if os.environ.get("DISPLAY") else [])]
PHASES = 8
COLUMNS = [
    *("", "frames/s", "work p50", "p99", "max", "busy p50", "p99"),
    *("reaction p50", "p99", "obeyed p50", "p99", "inputs"),
]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_window(benchmark: Any, report: Any, request: Any, tmp_path: Path, platform: str) -> None:
    seconds = request.config.getoption("--seconds")
    measured = benchmark.pedantic(measure, args=(platform, seconds, tmp_path), rounds=1)
    phases: dict[str, dict[str, Any]] = measured["phases"]
    assert measured["platform"] == platform
    assert len(phases) == PHASES
    assert not sum(phase.get("lost", 0) for phase in phases.values()), "an input was never shown"
    benchmark.extra_info.update(measured)
    speed = phases["training, watched"]
    report(
        f"The window on {platform}, all panels, milliseconds",
        COLUMNS,
        [row(name, phase) for name, phase in phases.items()],
        f"work: tick to painted; busy: processor time of that. Training keeps {speed['kept']:.0%} of its "
        f"speed without a window ({speed['speed']:,.0f} of {speed['alone']:,.0f} steps/s), while nobody "
        "touches it.",
    )


def measure(platform: str, seconds: float, folder: Path) -> dict[str, Any]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": platform,
        "LRVIZ_CONFIG_DIR": str(folder),
        "PYTHONPATH": str(Path(lrviz.__file__).parents[1]),
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(seconds)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120 + 20 * seconds,
        check=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def row(name: str, phase: dict[str, Any]) -> list[str]:
    counted = phase.get("painted")
    return [
        *(name, f"{phase['frames']:.1f}"),
        *numbers(phase["work"], "p50", "p99", "max"),
        *numbers(phase["busy"], "p50", "p99"),
        *numbers(counted, "p50", "p99"),
        *numbers(phase.get("obeyed"), "p50", "p99"),
        str(counted["count"]) if counted else "",
    ]


def numbers(spread: dict[str, float] | None, *names: str) -> list[str]:
    return [f"{spread[name]:.1f}" if spread else "" for name in names]
