import pytest
from PySide6.QtCore import Qt

from lrviz.gui.controls import PointsField


@pytest.fixture
def field(qtbot):
    field = PointsField()
    qtbot.addWidget(field)
    return field


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("0:1, 100:0.5, 500:0.1", ((0, 1), (100, 0.5), (500, 0.1))),
        (" 0 : 1;100: 5e-1  500 :.1, ", ((0, 1), (100, 0.5), (500, 0.1))),
        ("1e3:0", ((1000, 0),)),
        ("", ()),
    ],
)
def test_points_are_read_as_people_write_them(field, text, points):
    assert field.parse(text) == points


@pytest.mark.parametrize("points", [((0.0, 1.0), (100.0, 0.5)), ((0.5, 3e-5), (1e6, 0.25)), ()])
def test_points_are_written_as_they_are_read(field, points):
    assert field.parse(field.written(points)) == points


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5", "“5” is not a point; write points like 0:1"),
        ("1:2:3", "“1:2:3” is not a point"),
        ("0:x", "“x” is not a number"),
        (":1", "A number is missing"),
    ],
)
def test_what_is_no_point_is_refused_with_a_sentence(field, text, reason):
    with pytest.raises(ValueError, match=reason):
        field.parse(text)


def test_entered_points_are_told_and_shown_tidily(field, qtbot):
    heard = []
    field.entered.connect(heard.append)
    field.set_value(((0.0, 1.0),))
    assert field.text() == "0:1"
    field.selectAll()
    qtbot.keyClicks(field, "0:1 9 : 0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == [((0.0, 1.0), (9.0, 0.5))]
    assert field.text() == "0:1, 9:0.5"


def test_something_else_than_points_cannot_be_shown(field):
    with pytest.raises(TypeError, match="must be a sequence of pairs"):
        field.written(3)
