import csv
import gc
import io
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMenu

from lrviz.gui import files
from lrviz.gui.plots.curves import Line
from lrviz.gui.plots.marks import Mark
from lrviz.gui.plots.overlays import free_corner, near_marks
from lrviz.gui.theme import DARK, LIGHT

WHITE = "#ffffff"


def pixels(widget):
    """(rows, columns, 3) of what it looks like."""
    image = widget.grab().toImage().convertToFormat(widget.grab().toImage().Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)
    return data[:, :, 2::-1].astype(int)


def near(picture, color, tolerance=40):
    """Pixels (rows, columns) close to a colour."""
    wanted = QColor(color)
    distance = np.abs(picture - [wanted.red(), wanted.green(), wanted.blue()]).max(axis=2)
    return np.argwhere(distance < tolerance)


def test_the_range_follows_the_curves_while_they_grow(plot, record):
    for last in (100, 1000, 5000):
        plot.show_curves({"a": Line(record(np.linspace(3, 1, last)), WHITE)})
        frame = plot.frame_now()
        assert frame.left < 0
        assert last < frame.right < 1.1 * last
        assert frame.bottom < 1
        assert frame.top > 3


def test_the_axis_keeps_its_width_while_numbers_change(plot, record):
    edges = set()
    for scale in (1e-6, 1.0, 12345.0, 1e9):
        plot.show_curves({"a": Line(record(np.linspace(1, 3, 100) * scale), WHITE)})
        plot.grab()
        edges.add(plot.view.scenePos().x())
    assert len(edges) == 1


def test_a_person_s_zoom_stays_until_autoscale(plot, record):
    plot.show_curves({"a": Line(record(np.arange(100.0)), WHITE)})
    plot.view.setRange(xRange=(20, 40), yRange=(10, 50), padding=0)
    plot.view.sigRangeChangedManually.emit([True, True])
    plot.show_curves({"a": Line(record(np.arange(5000.0)), WHITE)})
    assert (plot.frame_now().left, plot.frame_now().right) == (20, 40)
    plot.autoscale()
    assert plot.frame_now().right > 5000


# The plot lets mouse events through to what is around it, at which QTest wonders.
@pytest.mark.qt_log_ignore("not accepted by receiving widget")
def test_the_wheel_zooms_and_a_double_click_shows_everything_again(plot, record, qtbot):
    plot.show_curves({"a": Line(record(np.arange(100.0)), WHITE)})
    before = plot.frame_now()
    center = plot.mapFromScene(plot.view.sceneBoundingRect().center())
    wheel(plot, center, 240)
    assert plot.frame_now().right - plot.frame_now().left < before.right - before.left
    assert not plot.following
    qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=center)
    qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=center)
    assert plot.following
    assert plot.frame_now() == before


def wheel(plot, at, delta):
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    event = QWheelEvent(
        QPointF(at),
        QPointF(plot.viewport().mapToGlobal(at)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)


def test_zooming_in_brings_back_single_samples(plot, record):
    plot.show_curves({"a": Line(record(np.random.default_rng(0).normal(size=20_000)), WHITE)})
    assert len(plot.shapes["a"].steps) < 3 * plot.view.width()
    plot.view.setRange(xRange=(1000, 1020), yRange=(-3, 3), padding=0)
    plot.view.sigRangeChangedManually.emit([True, True])
    inside = plot.shapes["a"].steps
    np.testing.assert_array_equal(inside[(inside >= 1000) & (inside <= 1020)], np.arange(1000, 1021))


def test_a_curve_is_painted_where_its_values_are(plot, record):
    plot.show_curves({"a": Line(record(np.full(100, 2.0)), "#00ff00", 2.0)})
    rows = near(pixels(plot), "#00ff00")
    frame = plot.frame_now()
    expected = plot.view.scenePos().y() + frame.y_at(2.0)
    assert len(rows) > 300
    assert np.abs(rows[:, 0] - expected).max() <= 1.5


def test_the_first_curve_lies_on_top(plot, record):
    view = record(np.full(100, 2.0))
    plot.show_curves({"top": Line(view, "#00ff00", 2.0), "below": Line(view, "#ff0000", 2.0)})
    assert len(near(pixels(plot), "#00ff00")) > 300


def test_a_log_axis_shows_exponents_and_its_toggle_tells_others(plot, record, qtbot):
    plot.show_curves({"a": Line(record([100.0, 1.0, 0.01]), WHITE)})
    with qtbot.waitSignal(plot.logChanged) as signal:
        plot.set_log(True)
    assert signal.args == [True]
    assert plot.frame_now().bottom < -2
    assert 2 < plot.frame_now().top < 3
    assert {"0.01", "1", "100"} <= {tick.text for tick in plot.left_axis.ticks()}


def test_without_numbers_a_sentence_stands_in_the_middle_and_no_axis_around_it(plot):
    plot.show_curves({}, empty="Press Run to see the loss.")
    painted = near(pixels(plot), DARK.muted, 60)
    assert plot.sentence() == "Press Run to see the loss."
    assert len(painted) > 50
    assert painted[:, 0].min() > 100
    assert painted[:, 0].max() < 200


@pytest.mark.parametrize(("log", "word"), [(True, "above zero"), (False, "finite")])
def test_numbers_that_cannot_be_drawn_are_explained(plot, record, log, word):
    plot.set_log(log)
    plot.show_curves({"a": Line(record([np.nan, np.inf] if not log else [0.0, 0.0]), WHITE)})
    plot.grab()
    assert word in plot.sentence()


def test_edits_of_alpha_are_amber_lines_others_grey_and_divergence_red(plot, record):
    marks = [
        Mark(20, "α 0.1 → 0.3", "rate"),
        Mark(50, "batch size 8 → 16", "edit"),
        Mark(80, "diverged", "diverged"),
    ]
    plot.show_curves({"a": Line(record(np.linspace(1, 2, 100)), WHITE)}, marks)
    picture, frame = pixels(plot), plot.frame_now()
    for mark, color in zip(marks, (DARK.amber, DARK.muted, DARK.red), strict=True):
        columns = near(picture, color, 75)[:, 1]
        at = plot.view.scenePos().x() + frame.x_at(mark.step)
        assert np.count_nonzero(np.abs(columns - at) <= 1.5) > 150


def test_the_pointer_finds_the_marks_beside_it(plot, record):
    plot.show_curves({"a": Line(record(np.arange(100.0)), WHITE)}, [Mark(20, "α 0.1 → 0.3", "rate")])
    frame = plot.frame_now()
    assert [mark.text for mark in near_marks(frame, plot.marks, frame.x_at(20) + 4)] == ["α 0.1 → 0.3"]
    assert near_marks(frame, plot.marks, frame.x_at(40)) == []
    assert near_marks(frame, plot.marks, None) == []


def test_the_read_out_appears_under_the_pointer_and_goes_with_it(plot, record, qtbot):
    plot.show_curves(
        {"a": Line(record(np.arange(100.0)), WHITE)}, [Mark(50, f"α 0.1 → 0.{n}", "rate") for n in range(5)]
    )
    plain = pixels(plot)
    at = plot.view.mapToScene(QPointF(plot.frame_now().x_at(50), 100))
    plot.scene().sigMouseMoved.emit(at)
    assert np.abs(pixels(plot) - plain).max() > 50
    qtbot.mouseMove(plot.viewport(), QPoint(2, 2))
    plot.scene().sigMouseMoved.emit(QPointF(2, 2))
    assert np.abs(pixels(plot) - plain).max() == 0


def test_the_legend_avoids_the_curves(plot, record):
    frame = plot.frame_now()
    from PySide6.QtCore import QSizeF

    size = QSizeF(80, 40)
    x = np.linspace(0, frame.width, 200)
    falling, rising = x / frame.width * frame.height, (1 - x / frame.width) * frame.height
    corner, free = free_corner(frame, size, [(x, falling)])
    assert free
    assert corner.center().x() > frame.width / 2
    assert corner.center().y() < frame.height / 2
    assert free_corner(frame, size, [(x, rising)])[0].center().x() < frame.width / 2
    both, free = free_corner(frame, size, [(x, falling), (x, rising)])
    assert both.width() == 80
    assert not free


def test_where_no_corner_is_free_the_axis_makes_room_for_the_legend(plot, record):
    plot.resize(260, 200)
    noise = np.random.default_rng(0).uniform(-1, 1, size=400)
    plot.show_curves({"one": Line(record(noise), WHITE), "two": Line(record(-noise), WHITE)})
    frame = plot.frame_now()
    place = plot.legend.place(frame)
    assert all((frame.y(shape.values) > place.bottom()).all() for shape in plot.shapes.values())
    plot.show_curves({"one": Line(record(noise), WHITE)})
    assert plot.frame_now().top < frame.top


def test_another_theme_recolours_the_whole_plot(plot, record):
    plot.show_curves({"a": Line(record(np.arange(100.0)), "#00ff00")})
    dark = pixels(plot)
    plot.set_theme(LIGHT)
    light = pixels(plot)
    assert dark[1, 1].tolist() == [0x1A, 0x1F, 0x27]
    assert light[1, 1].tolist() == [255, 255, 255]
    assert len(near(light, LIGHT.muted, 30)) > 20


def test_the_table_has_the_visible_numbers_exactly(plot, record):
    curves = {
        "training": Line(record([0.1, 0.2, 0.3, 0.4]), WHITE),
        "test": Line(record([1 / 3, 0.5], steps=[2, 4]), WHITE),
        "smoothed": Line(record([0.1, 0.2, 0.3, 0.4]), WHITE, smooth=True),
    }
    plot.show_curves(curves)
    assert list(csv.reader(io.StringIO(plot.csv()))) == [
        ["step", "training", "test"],
        ["1", "0.1", ""],
        ["2", "0.2", str(1 / 3)],
        ["3", "0.3", ""],
        ["4", "0.4", "0.5"],
    ]
    plot.view.setRange(xRange=(1.5, 3.2), yRange=(0, 1), padding=0)
    shown = list(csv.reader(io.StringIO(plot.csv())))
    left, right = plot.view.viewRange()[0]
    assert [int(row[0]) for row in shown[1:]] == [step for step in (1, 2, 3, 4) if left <= step <= right]


def test_the_table_of_merged_samples_has_their_range(plot, record):
    plot.show_curves({"a": Line(record([1.0, 3.0, 2.0, 5.0], capacity=2), WHITE)})
    assert plot.csv().splitlines() == ["step,a,a min,a max", "2,3.0,1.0,3.0", "4,5.0,2.0,5.0"]


def test_the_table_is_written_to_the_chosen_file(plot, record, tmp_path, monkeypatch):
    target = tmp_path / "out.csv"
    monkeypatch.setattr(files, "ask_save", lambda *_: target)
    plot.show_curves({"a": Line(record([1.0]), WHITE)})
    plot.save_csv()
    assert target.read_text(encoding="utf-8") == "step,a\n1,1.0\n"


def test_a_table_that_cannot_be_written_is_said_in_a_sentence(plot, record, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(files, "say", lambda parent, headline, sentence: said.append(sentence))
    monkeypatch.setattr(files, "ask_save", lambda *_: tmp_path / "missing" / "out.csv")
    plot.show_curves({"a": Line(record([1.0]), WHITE)})
    plot.save_csv()
    assert said == [f"{tmp_path / 'missing' / 'out.csv'} cannot be written: no such file or directory."]


def test_no_chosen_file_writes_nothing(plot, record, monkeypatch):
    monkeypatch.setattr(files, "ask_save", lambda *_: None)
    plot.save_csv()


def test_the_menu_offers_autoscale_log_axis_export_and_copy(plot, record, qtbot):
    plot.show_curves({"a": Line(record([1.0, 2.0]), WHITE)})
    menu = QMenu()
    qtbot.addWidget(menu)
    plot.fill_menu(menu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == ["Autoscale", "Log axis", "Export as CSV…", "Copy image"]
    actions["Log axis"].trigger()
    assert plot.log
    actions["Copy image"].trigger()
    assert QGuiApplication.clipboard().pixmap().size() == plot.size()
    plot.following = False
    actions["Autoscale"].trigger()
    assert plot.following


def test_a_closed_plot_frees_the_series_it_showed(qtbot, record):
    from lrviz.gui.plots.time_plot import TimePlot

    plot = TimePlot(DARK, "loss")
    line = Line(record(np.arange(100.0)), WHITE)
    plot.show_curves({"a": line})
    freed = weakref.ref(line.view)
    plot.deleteLater()
    del line, plot
    qtbot.wait(1)
    gc.collect()
    assert freed() is None


def test_a_million_steps_are_no_more_to_paint_than_ten_thousand(plot, record):
    few, many = (
        record(np.random.default_rng(0).random(10_000)),
        record(np.random.default_rng(0).random(1_000_000)),
    )
    counts = []
    for view in (few, many):
        plot.show_curves({"a": Line(view, WHITE)})
        counts.append(len(plot.shapes["a"].steps))
    assert max(counts) < 3 * plot.view.width()


def test_repainting_many_frames_keeps_the_count_of_none(plot, record):
    import sys

    line = Line(record(np.arange(1000.0)), WHITE)
    plot.show_curves({"a": line, "b": line})
    plot.grab()
    before = sys.getrefcount(None)
    for _ in range(200):
        plot.redraw()
        plot.grab()
    assert sys.getrefcount(None) > before - 100


def test_an_attempt_that_exploded_does_not_press_the_present_one_flat(plot, record):
    now, past = 0.5 + 0.1 * np.cos(np.arange(100.0)), 10.0 ** np.linspace(0, 36, 100)
    for log, most in ((True, 3.0), (False, 4.0)):
        plot.set_log(log)
        plot.show_curves({"now": Line(record(now), WHITE), "before": Line(record(past), WHITE, past=True)})
        assert plot.frame_now().top < most
    plot.show_curves({"before": Line(record(past), WHITE, past=True)})
    assert plot.frame_now().top > 1e35


def test_an_attempt_that_went_far_below_the_first_step_of_the_present_one_is_shown_whole(plot, record):
    plot.set_log(True)
    before = Line(record(10.0 ** np.linspace(0, -4, 100)), WHITE, past=True)
    plot.show_curves({"now": Line(record([2.0]), WHITE), "before": before})
    assert plot.frame_now().bottom < -4.0
