import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter, QPalette

from lrviz.gui import theme
from lrviz.gui.theme import DARK, LIGHT


@pytest.fixture
def app(qapp):
    """The application, dark and without a style sheet afterwards."""
    yield qapp
    qapp.setStyleSheet("")
    qapp.setProperty("theme", None)


def luminance(color):
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=lambda look: look.name)
def test_text_can_be_read_on_every_surface(look):
    for surface in (look.window, look.side, look.card, look.field):
        assert contrast(look.text, surface) >= 7
        assert contrast(look.muted, surface) >= 4.2
    assert contrast(theme.on_accent(look), look.blue) >= 4.2


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=lambda look: look.name)
def test_accents_stand_out_from_a_card(look):
    for name in ("amber", "blue", "orange", "pink", "green", "red"):
        assert contrast(getattr(look, name), look.card) >= 3


def test_the_sheet_uses_every_colour_it_names_and_leaves_no_placeholder():
    for look in (DARK, LIGHT):
        sheet = theme.stylesheet(look)
        assert "$" not in sheet
        assert look.amber in sheet


def test_applying_a_theme_sets_palette_sheet_style_and_the_current_theme(app):
    theme.apply(app, LIGHT)
    assert theme.current() is LIGHT
    assert app.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.window)
    assert LIGHT.card in app.styleSheet()
    theme.apply(app, DARK)
    assert theme.current() is DARK
    assert app.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)


def test_the_sheet_is_understood_by_qt(app, qtlog):
    theme.apply(app, DARK)
    app.processEvents()
    assert not [record for record in qtlog.records if "stylesheet" in record.message.lower()]


def test_roboto_comes_with_the_program(app):
    theme.apply(app, DARK)
    assert QFontInfo(app.font()).family() == "Roboto"
    assert QFontInfo(app.font()).pixelSize() == theme.FONT_PIXELS


def test_before_the_first_theme_and_without_a_wish_of_the_system_it_is_dark(app):
    app.setProperty("theme", None)
    assert theme.current() is DARK
    assert theme.system_theme() in (DARK, LIGHT)


def painted(icon):
    image = QImage(32, 32, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    icon.paint(painter, 0, 0, 32, 32)
    painter.end()
    return image


def test_an_icon_follows_the_theme_without_being_made_again(app):
    icon = theme.icon("fa6s.camera", "text")
    theme.apply(app, DARK)
    assert painted(icon).pixelColor(4, 18) == QColor(DARK.text)
    theme.apply(app, LIGHT)
    assert painted(icon).pixelColor(4, 18) == QColor(LIGHT.text)
    assert icon.pixmap(32, 32).toImage().pixelColor(4, 18) == QColor(LIGHT.text)


def test_an_icon_may_have_a_fixed_colour_and_is_made_once(app):
    icon = theme.icon("fa6s.camera", "#ff0000")
    assert painted(icon).pixelColor(4, 18) == QColor("#ff0000")
    assert theme.icon("fa6s.camera", "#ff0000") is icon


@pytest.mark.parametrize("name", ["fa6s.no-such-icon", "xx.camera"])
def test_an_unknown_icon_is_refused(app, name):
    with pytest.raises(ValueError, match="There is no icon"):
        theme.icon(name)


def test_icons_do_not_import_qtawesome():
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from lrviz.gui.theme import icon; icon('fa6s.camera'); assert 'qtawesome' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_mixing_goes_from_the_first_colour_to_the_second():
    assert theme.mix("#000000", "#ffffff", 0) == "#000000"
    assert theme.mix("#000000", "#ffffff", 1) == "#ffffff"
    assert theme.mix("#000000", "#ff8000", 0.5) == "#804000"


def test_rgba_sets_the_opacity():
    assert theme.rgba("#102030", 0.5).alphaF() == pytest.approx(0.5, abs=1 / 255)
    assert theme.rgba("#102030", 0.5).name() == "#102030"


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=lambda look: look.name)
def test_the_diverging_map_goes_from_orange_over_the_card_to_blue(look):
    table = theme.diverging_lookup(look)
    assert table.shape == (256, 4)
    assert table.dtype == np.uint8
    assert (table[:, 3] == 255).all()

    def name(row):
        return QColor(*(int(c) for c in row)).name()

    assert name(table[0]) == look.orange
    assert name(table[255]) == look.blue
    card = np.array(QColor(look.card).getRgb()[:3])
    assert np.abs(table[127:129, :3].astype(int) - card).max() <= 1
    away = np.abs(table[:, :3].astype(int) - card).sum(1)
    assert (np.diff(away[:128]) <= 0).all()
    assert (np.diff(away[128:]) >= 0).all()
