import threading

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from lrviz.experiment import Experiment
from lrviz.experiment.presets import STARTUP, preset
from lrviz.gui import app, files, settings
from lrviz.gui import theme as themes
from lrviz.gui.settings import START_SPEED, Settings
from lrviz.gui.theme import DARK, LIGHT, system_theme
from lrviz.gui.window import FRAME_MS, Window
from lrviz.session.session import Session
from lrviz.session.snapshot import Status


@pytest.fixture
def begin(qtbot, tiny):
    """A window begun with these settings; it is closed at the end."""

    def begin(saved, experiment=None):
        window = app.begin(Session(experiment or tiny()), saved)
        qtbot.addWidget(window)
        return window

    return begin


@pytest.fixture
def start(qtbot, monkeypatch):
    """Run the whole program until `condition(window)`, then close the window; what `look(window)` saw."""

    def start(look=lambda window: None, condition=lambda window: True, experiment=None):
        def meanwhile(_app=None):
            # The window of an earlier start may not be deleted yet.
            (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w.isVisible())
            qtbot.addWidget(window)
            qtbot.waitUntil(lambda: condition(window), timeout=20_000)
            seen.append(look(window))
            for box in window.findChildren(QMessageBox):
                box.close()
            window.close()
            return 0

        seen = []
        monkeypatch.setattr(QApplication, "exec", meanwhile)
        assert app.main(experiment) == 0
        return seen[0]

    return start


def test_the_first_start_trains_the_startup_preset_and_is_remembered(start):
    shown = start(lambda window: window.snapshot, lambda window: window.snapshot.step > 5)
    assert shown.experiment == preset(STARTUP).experiment
    assert shown.status is Status.RUNNING
    saved, message = settings.load()
    assert message is None
    assert saved.experiment == preset(STARTUP).experiment.model_dump(mode="json")
    assert saved.speed == START_SPEED


def test_a_later_start_brings_the_last_experiment_back_paused_at_step_0(start):
    def work(window):
        window.edited("lr", 0.0321)
        window.toolbar.speed.moved.emit(200.0)

    start(work, lambda window: window.snapshot.step > 5)
    later = start(lambda window: (window.snapshot, window.speed), lambda window: window.isVisible())
    assert later[0].experiment.lr == 0.0321
    assert (later[0].step, later[0].status) == (0, Status.PAUSED)
    assert later[1] == 200.0


def test_an_experiment_given_takes_the_place_of_the_last_and_waits(start, tiny):
    shown = start(lambda window: window.snapshot, experiment=tiny(lr=0.5))
    assert shown.experiment == tiny(lr=0.5)
    assert (shown.step, shown.status) == (0, Status.PAUSED)


def test_no_thread_is_left_when_the_program_ends(start):
    before = set(threading.enumerate())
    start(condition=lambda window: window.snapshot.step > 5)
    assert set(threading.enumerate()) <= before


def test_a_last_experiment_that_makes_no_sense_is_said_and_the_preset_shown(start):
    settings.save(Settings(experiment={"lr": "quick"}))

    def look(window):
        (box,) = window.findChildren(QMessageBox)
        return window.snapshot, box.informativeText()

    shown, text = start(look)
    assert shown.experiment == preset(STARTUP).experiment
    assert text.startswith("The last experiment: ")
    assert "quick" in text


def test_damaged_settings_are_said_and_the_program_starts(start, own_settings):
    own_settings.mkdir()
    (own_settings / "settings.json").write_text("{", encoding="utf-8")
    text = start(lambda window: window.findChildren(QMessageBox)[0].informativeText())
    assert "settings.broken.json" in text


def test_settings_that_cannot_be_saved_are_said_on_the_terminal(start, own_settings, capsys):
    own_settings.write_text("a file where the folder should be", encoding="utf-8")
    start(lambda window: None)
    assert capsys.readouterr().err.startswith("lrviz: the settings were not saved. ")


def test_geometry_comes_back(begin):
    window = begin(Settings())
    # The offscreen screen has 800 pixels, and Qt keeps a window that comes back within its screen.
    window.setMinimumSize(300, 200)
    window.resize(640, 480)
    window.move(40, 30)
    saved = app.left(window, Settings())
    again = begin(Settings())
    again.setMinimumSize(300, 200)
    again.restoreGeometry(app._bytes(saved.geometry))
    assert again.size() == window.size()
    assert again.pos() == window.pos()


@pytest.mark.parametrize("geometry", ["", "AAAA", "not base64 at all"])
def test_a_geometry_that_makes_no_sense_is_the_usual_one(begin, geometry):
    window = begin(Settings(geometry=geometry))
    assert window.isVisible()
    assert window.width() >= window.minimumWidth()


def test_theme_speed_and_folded_cards_come_back(begin):
    window = begin(Settings())
    window.switch_theme()
    window.set_speed(77.0)
    window.fold(("Data", "What is happening"))
    saved = app.left(window, Settings())
    settings.save(saved)
    assert settings.load() == (saved, None)
    again = begin(saved)
    assert again.theme is window.theme
    assert again.speed == 77.0
    assert again.toolbar.limit.text() == "77"
    assert again.folded() == ("Data", "What is happening")


def test_the_first_start_folds_what_the_layout_folds(begin):
    window = begin(Settings())
    window.resize(1600, 1000)
    assert window.folded() == ("Training",)


@pytest.mark.parametrize("theme", ["system", "dark", "light"])
def test_a_theme_that_was_not_switched_stays_as_it_was_chosen(begin, theme):
    window = begin(Settings(theme=theme))
    assert window.theme is {"system": system_theme(), "dark": DARK, "light": LIGHT}[theme]
    assert app.left(window, Settings(theme=theme)).theme == theme


def system(monkeypatch, theme):
    """The system changes its theme."""
    monkeypatch.setattr(themes, "system_theme", lambda: theme)
    scheme = Qt.ColorScheme.Light if theme is LIGHT else Qt.ColorScheme.Dark
    QGuiApplication.styleHints().colorSchemeChanged.emit(scheme)


def test_a_change_of_the_systems_theme_is_followed(begin, monkeypatch):
    system(monkeypatch, DARK)
    window = begin(Settings())
    system(monkeypatch, LIGHT)
    assert window.theme is LIGHT
    assert all(panel.theme is LIGHT for panel in window.panels)
    assert app.left(window, Settings()).theme == "system"
    system(monkeypatch, DARK)
    assert window.theme is DARK


@pytest.mark.parametrize("chosen", ["dark", "light"])
def test_a_theme_the_person_chose_stays_when_the_system_changes(begin, monkeypatch, chosen):
    system(monkeypatch, DARK)
    window = begin(Settings(theme=chosen))
    for theme in (LIGHT, DARK):
        system(monkeypatch, theme)
        assert window.theme.name == chosen
    assert app.left(window, Settings()).theme == chosen


def test_who_switches_back_to_the_systems_theme_follows_it_again(begin, monkeypatch):
    system(monkeypatch, DARK)
    window = begin(Settings())
    window.switch_theme()
    assert (window.theme, app.left(window, Settings()).theme) == (LIGHT, "light")
    system(monkeypatch, LIGHT)
    system(monkeypatch, DARK)
    assert window.theme is LIGHT
    window.switch_theme()
    assert (window.theme, app.left(window, Settings()).theme) == (DARK, "system")
    system(monkeypatch, LIGHT)
    assert window.theme is LIGHT


def test_the_folder_used_last_comes_back(begin):
    window = begin(Settings(folder="/somewhere"))
    assert app.left(window, Settings()).folder == "/somewhere"
    files.use_folder("/elsewhere")
    assert app.left(window, Settings()).folder == "/elsewhere"
    begin(Settings())
    assert files.folder() == ""


def test_the_window_refreshes_by_itself(begin, qtbot):
    window = begin(Settings())
    window.session.play()
    qtbot.waitUntil(lambda: window.snapshot.step > 5)
    assert [
        timer for timer in window.findChildren(QTimer) if timer.isActive() and timer.interval() == FRAME_MS
    ]


def test_the_default_experiment_can_be_begun_with():
    assert app.first_experiment(Experiment(), Settings()) == (Experiment(), None)
