import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

from lrviz.gui.painting import Axes, _marks, fitted, image, packed, readable
from lrviz.gui.theme import DARK, LIGHT

AXES = Axes(QRectF(40, 10, 200, 100), (-1.0, 3.0), (0.0, 10.0))


def test_x_grows_to_the_right_and_y_upwards():
    assert AXES.at(-1, 0) == QPointF(40, 110)
    assert AXES.at(3, 10) == QPointF(240, 10)


def test_a_place_reads_back_as_its_values():
    assert AXES.value(AXES.at(0.5, 7.0)) == pytest.approx((0.5, 7.0))


def test_square_axes_stay_within_their_area(qapp):
    area = QRectF(0, 0, 290, 370)
    rect = fitted(area, QFont(), (0, 1), (-5000, -4000), square=True).rect
    assert rect.width() == rect.height()
    assert area.contains(rect)


@pytest.mark.parametrize("bounds", [(-4.2, 4.2), (0.0, 1.0), (-0.93, 0.93), (101.0, 109.0), (-1.9, 19.9)])
def test_an_axis_has_two_numbers_at_least(bounds):
    assert len(_marks(bounds, 2.5)) >= 2


def test_an_image_keeps_its_rows_and_colours(qapp):
    pixels = np.array([[packed("#ff0000"), packed("#00ff00")], [packed("#0000ff"), packed("#ffffff")]])
    picture = image(pixels)
    assert picture.pixelColor(1, 0).name() == "#00ff00"
    assert picture.pixelColor(0, 1).name() == "#0000ff"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_text_on_a_pale_ground_is_that_of_the_theme(theme):
    assert readable(theme.field, theme) == theme.text
    assert readable(theme.blue, theme) != theme.text
