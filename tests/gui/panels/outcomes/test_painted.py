from PySide6.QtCore import QPoint

from lrviz.engine.datasets import Moons
from lrviz.gui.panels.decision_map import DecisionMapPanel
from lrviz.gui.theme import DARK, LIGHT


def shown_panel(qtbot, theme=DARK):
    panel = DecisionMapPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(260, 220)
    return panel


def test_the_same_step_is_not_computed_twice(snapshot, qtbot, monkeypatch):
    panel, moons = shown_panel(qtbot), snapshot(Moons())
    taken = []
    monkeypatch.setattr(panel, "take", taken.append)
    panel.draw(moons)
    panel.draw(moons)
    moons.step += 1
    panel.draw(moons)
    moons.generation += 1
    panel.draw(moons)
    assert len(taken) == 3


def test_the_context_is_told_only_when_it_changes(snapshot, qtbot):
    panel, moons = shown_panel(qtbot), snapshot(Moons(), score=0.5)
    with qtbot.waitSignal(panel.contextChanged) as told:
        panel.draw(moons)
    assert told.args == ["test accuracy 50 %"]
    moons.step += 1
    with qtbot.assertNotEmitted(panel.contextChanged):
        panel.draw(moons)


def test_another_theme_recolours_what_is_shown(snapshot, qtbot):
    panel = shown_panel(qtbot)
    panel.draw(snapshot(Moons()))
    dark = panel.grab().toImage()
    panel.set_theme(LIGHT)
    light = panel.grab().toImage()
    assert dark != light
    panel.set_theme(DARK)
    assert panel.grab().toImage() == dark


def test_the_pointer_brings_up_a_read_out_and_takes_it_away(snapshot, qtbot):
    panel = shown_panel(qtbot)
    panel.draw(snapshot(Moons()))
    panel.show()
    plain = panel.grab().toImage()
    qtbot.mouseMove(panel, panel.axes().rect.center().toPoint())
    qtbot.waitUntil(lambda: panel.grab().toImage() != plain)
    qtbot.mouseMove(panel, QPoint(2, 2))
    qtbot.waitUntil(lambda: panel.grab().toImage() == plain)


def test_a_panel_without_a_snapshot_paints_nothing(qtbot):
    assert not shown_panel(qtbot).grab().isNull()
