"""What the benchmarks share: their option, and the tables printed at the end."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

Report = Callable[[str, Sequence[str], Sequence[Sequence[str]], str], None]


@dataclass(frozen=True)
class Table:
    """Rows of texts under a title; the first column is aligned left, the others right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str

    def lines(self) -> list[str]:
        """As text."""
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        table = [self.columns, ["-" * width for width in widths], *self.rows]
        written = ["  ".join(_aligned(row, widths)) for row in table]
        return ["", self.title, *written, *([self.note] if self.note else [])]


TABLES = pytest.StashKey[list[Table]]()
LOAD = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seconds", type=float, default=10.0, help="how long each phase of the window lasts")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLES] = []
    config.stash[LOAD] = f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Adds a table to those printed at the end: title, columns, rows, note."""
    tables = request.config.stash[TABLES]
    return lambda title, columns, rows, note="": tables.append(Table(title, columns, rows, note))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tables = config.stash[TABLES]
    if not tables:
        return
    terminalreporter.section("benchmarks")
    terminalreporter.write_line(
        f"{platform.machine()}, {os.cpu_count()} processors, load {config.stash[LOAD]} before the start, "
        f"Python {platform.python_version()}, numpy {np.__version__}"
    )
    for table in tables:
        for line in table.lines():
            terminalreporter.write_line(line)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = (
        text.ljust(width) if number == 0 else text.rjust(width)
        for number, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return [first, *rest]
