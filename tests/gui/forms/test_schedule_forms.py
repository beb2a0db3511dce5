"""The forms of all schedules, also of those inside others."""

import pytest
from PySide6.QtCore import Qt

from lrviz.engine.parts import kinds
from lrviz.engine.schedules import (
    AnySchedule,
    Cosine,
    Cyclic,
    Exponential,
    Expression,
    Points,
    Product,
    Sequence,
    Stage,
    Step,
    Warmup,
)
from lrviz.experiment import ExperimentError, edit, parse
from lrviz.gui.forms.form import Form
from lrviz.gui.forms.list_form import ListForm


class Editor:
    """A form, and the experiment that takes its edits over, as in the window."""

    def __init__(self, qtbot, schedule):
        self.form = Form("schedule", kinds(AnySchedule), label="Schedule", help="How.")
        qtbot.addWidget(self.form)
        self.form.edited.connect(self.take)
        self.form.resize(290, 600)
        self.form.show()
        self.experiment = parse({"schedule": schedule.model_dump(mode="json")})
        self.heard = []
        self.form.show_spec(self.experiment.schedule)

    @property
    def schedule(self):
        return self.experiment.schedule

    def take(self, path, value):
        self.heard.append(path)
        try:
            self.experiment = edit(self.experiment, path, value)
            self.form.clear_errors()
        except ExperimentError as error:
            for problem in error.problems:
                assert self.form.show_error(problem.path, problem.sentence)
        self.form.show_spec(self.experiment.schedule)


@pytest.fixture
def editor(qtbot):
    return lambda schedule: Editor(qtbot, schedule)


def type_in(qtbot, row, text):
    row.entry.selectAll()
    qtbot.keyClicks(row.entry, text)
    qtbot.keyClick(row.entry, Qt.Key.Key_Return)


def choose(row, kind):
    row.choice.chosen.emit(kind)


@pytest.mark.parametrize("part", kinds(AnySchedule).values())
def test_every_schedule_has_a_row_for_each_of_its_fields(editor, part):
    form = editor(part()).form
    for name in part.model_fields:
        if name != "kind":
            assert form.nearest(f"schedule.{name}") is not form.chooser, name
    assert form.height() > 0


def test_points_are_edited_as_one_line_of_text(editor, qtbot):
    editor = editor(Points())
    row = editor.form.row("schedule.points")
    assert row.entry.text() == "0:1, 3000:1, 6000:0.05"
    type_in(qtbot, row, "0:1, 200:0.25")
    assert editor.schedule.points == ((0.0, 1.0), (200.0, 0.25))
    type_in(qtbot, row, "0:1, 200:0.25, 100:3")
    assert row.message.text() == "Points: time 100 comes after 200; times must ascend."
    assert editor.schedule.points == ((0.0, 1.0), (200.0, 0.25))
    type_in(qtbot, row, "0:1, 200")
    assert "“200” is not a point" in row.message.text()


def test_a_formula_is_edited_as_text_and_a_mistake_is_said_below_it(editor, qtbot):
    editor = editor(Expression())
    row = editor.form.row("schedule.formula")
    type_in(qtbot, row, "lr / (1 + epoch)")
    assert editor.schedule.formula == "lr / (1 + epoch)"
    type_in(qtbot, row, "lr / 2t")
    assert row.message.text() == "α(t): something like * is missing after 2, before “t”."
    assert row.entry.text() == "lr / 2t"
    assert editor.schedule.formula == "lr / (1 + epoch)"


def test_a_schedule_inside_another_is_chosen_and_edited_in_place(editor, qtbot):
    editor = editor(Warmup())
    choose(editor.form.row("schedule.schedule"), "step")
    type_in(qtbot, editor.form.row("schedule.schedule.step_size"), "77")
    assert editor.schedule == Warmup(schedule=Step(step_size=77))
    choose(editor.form.row("schedule.schedule"), "product")
    choose(editor.form.row("schedule.schedule.first"), "warmup")
    choose(editor.form.row("schedule.schedule.first.schedule"), "cyclic")
    assert editor.schedule.schedule == Product(first=Warmup(schedule=Cyclic()), second=Exponential())


def test_what_is_inside_has_no_unit_of_its_own_to_choose(editor):
    editor = editor(Sequence(stages=(Stage(schedule=Warmup()),)))
    form = editor.form
    assert form.row("schedule.unit").path == "schedule.unit"
    inner = form.nearest("schedule.stages.0.schedule.unit")
    assert not inner.path.endswith("unit")
    assert not form.nearest("schedule.stages.0.schedule.schedule.unit").path.endswith("unit")


def test_only_schedules_known_ahead_are_offered_inside_another(editor):
    editor = editor(Warmup())
    inner = editor.form.row("schedule.schedule").choice
    offered = {inner.itemText(index) for index in range(inner.count())}
    assert {part.title for part in kinds(AnySchedule).values()} - offered == {"On plateau", "Greedy"}


def test_too_many_inside_one_another_are_refused_with_a_sentence_at_the_choice(editor):
    editor = editor(Warmup())
    path = "schedule.schedule"
    for _ in range(3):
        choose(editor.form.row(path), "warmup")
        path += ".schedule"
    before = editor.schedule
    choose(editor.form.row(path), "warmup")
    assert editor.schedule == before
    assert "more than 5 schedules" in editor.form.chooser.message.text()


def test_stages_are_added_and_removed_by_buttons(editor, qtbot):
    editor = editor(Sequence(stages=(Stage(length=30, schedule=Step()), Stage(schedule=Cosine(eta_min=0.5)))))
    stages = editor.form.findChild(ListForm)
    qtbot.mouseClick(stages.add, Qt.MouseButton.LeftButton)
    assert [stage.schedule for stage in editor.schedule.stages] == [
        Step(),
        Cosine(eta_min=0.5),
        Cosine(eta_min=0.5),
    ]
    assert len(stages.forms) == 3
    type_in(qtbot, editor.form.row("schedule.stages.2.length"), "44")
    qtbot.mouseClick(stages.headings[0].remove, Qt.MouseButton.LeftButton)
    assert [stage.length for stage in editor.schedule.stages] == [None, 44]
    assert editor.form.row("schedule.stages.1.length").entry.text() == "44"
    qtbot.mouseClick(stages.headings[1].remove, Qt.MouseButton.LeftButton)
    assert not stages.headings[0].remove.isEnabled()
    assert len(editor.schedule.stages) == 1


def test_what_is_wrong_with_a_stage_is_said_at_its_row_and_with_all_of_them_below(editor, qtbot):
    editor = editor(Sequence(stages=(Stage(),) * 20))
    row = editor.form.row("schedule.stages.7.length")
    type_in(qtbot, row, "0")
    assert row.message.text().startswith("Takes of stage 8: 0 is too low")
    stages = editor.form.findChild(ListForm)
    qtbot.mouseClick(stages.add, Qt.MouseButton.LeftButton)
    assert stages.message.message.text() == "Stage: 21 entries are given; there may be at most 20."
    editor.form.clear_errors()
    assert stages.message.message.text() == ""
