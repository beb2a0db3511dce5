import itertools

import pytest
from PySide6.QtGui import QColor

from lrviz.gui.plots.colors import layer_colors
from lrviz.gui.theme import DARK, LIGHT


def lightness(color):
    """CIE L* of an sRGB colour (IEC 61966-2-1, CIE 15)."""
    channels = [QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 216 / 24389 else luminance * 24389 / 27


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_layers_can_be_told_apart_by_lightness_alone(theme, count):
    levels = [lightness(color) for color in layer_colors(theme, count)]
    assert all(later - earlier > 5 for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_layer_stands_out_from_the_card(theme):
    for color in layer_colors(theme, 6):
        assert abs(lightness(color) - lightness(theme.card)) > 30


def test_one_layer_has_a_colour_too():
    assert len(layer_colors(DARK, 1)) == 1
