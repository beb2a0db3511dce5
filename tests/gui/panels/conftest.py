import importlib.util
from pathlib import Path

import pytest

from lrviz.gui.theme import DARK


@pytest.fixture
def doubles():
    """The module `doubles.py` beside this file."""
    spec = importlib.util.spec_from_file_location("panel_doubles", Path(__file__).with_name("doubles.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def open_panel(qtbot):
    """Make and show a panel of a class; it collects its contexts in `panel.contexts`."""

    def open_panel(kind, size=(560, 340)):
        panel = kind(DARK)
        panel.contexts = []
        panel.contextChanged.connect(panel.contexts.append)
        qtbot.addWidget(panel)
        panel.resize(*size)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    return open_panel
