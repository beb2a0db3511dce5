"""From the start of the process to the first painted loss point, warm.

    python -m pytest -c tests/benchmarks/pytest.ini tests/benchmarks/test_start.py

A process of its own for each round, as at the first start: settings in an empty folder, the start-up
experiment training at once.
"""

import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import lrviz

SCRIPT = Path(__file__).with_name("start_process.py")
ROUNDS = 7
LARGE = ("sklearn", "scipy", "torch", "matplotlib", "pandas", "PIL")


def test_start(benchmark: Any, report: Any, tmp_path: Path) -> None:
    starts: list[dict[str, Any]] = []

    def one() -> None:
        starts.append(start(tmp_path / str(len(starts))))

    benchmark.pedantic(one, rounds=ROUNDS, warmup_rounds=1)
    for each in starts:
        assert each["code"] == 0
        assert "sklearn" not in each["modules"]
    warm = starts[1:]
    names = list(warm[0]["moments"])
    totals = [each["moments"][names[-1]] - each["began"] for each in warm]
    benchmark.extra_info["seconds to the first loss point"] = totals
    rows = []
    for before, name in pairwise(["began", *names]):
        parts = [each["moments"][name] - each["moments"].get(before, each["began"]) for each in warm]
        since = [each["moments"][name] - each["began"] for each in warm]
        rows.append([name, f"{median(parts):.2f}", f"{median(since):.2f}"])
    found = {name for each in warm for name in LARGE if name in each["modules"]}
    report(
        "Start to the first painted loss point, seconds",
        ["", "took", "since the start"],
        rows,
        f"medians of {ROUNDS} warm starts, {min(totals):.2f} to {max(totals):.2f} s; "
        f"scikit-learn was not imported; of the large packages: {', '.join(sorted(found)) or 'none'}",
    )


def start(folder: Path) -> dict[str, Any]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "LRVIZ_CONFIG_DIR": str(folder),
        "PYTHONPATH": str(Path(lrviz.__file__).parents[1]),
    }
    began = time.time()
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"began": began, **told}
