"""The look: colours, fonts and icons of the dark and the light theme."""

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import font_roboto
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPalette,
    QPixmap,
    QRawFont,
    QTransform,
)
from PySide6.QtWidgets import QApplication

from lrviz.gui.stylesheet import TEMPLATE

FONT_PIXELS = 13
"""Size of running text. In pixels, so that pictures are the same on every machine."""


@dataclass(frozen=True)
class Theme:
    """The colours of one look, as `#rrggbb`."""

    name: Literal["dark", "light"]
    window: str
    side: str
    card: str
    field: str
    line: str
    text: str
    muted: str
    amber: str
    """The learning rate, everywhere."""
    blue: str
    orange: str
    pink: str
    green: str
    red: str


DARK = Theme(
    name="dark",
    window="#0f1216",
    side="#14181e",
    card="#1a1f27",
    field="#222833",
    line="#2b323e",
    text="#e8ebf0",
    muted="#8d97a8",
    amber="#ffb020",
    blue="#4aa8ff",
    orange="#ff8b3d",
    pink="#ff7ab6",
    green="#4cc38a",
    red="#ff6369",
)
LIGHT = Theme(
    name="light",
    window="#eef0f3",
    side="#f7f8fa",
    card="#ffffff",
    field="#eef1f5",
    line="#d9dee6",
    text="#1b212b",
    muted="#647084",
    amber="#c77700",
    blue="#1677d2",
    orange="#d9630f",
    pink="#c2327f",
    green="#1f8a57",
    red="#cf3036",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def apply(app: QApplication, theme: Theme) -> None:
    """Give the whole program this look; may be called again at any time."""
    app.setProperty("theme", theme.name)
    app.setStyle("Fusion")
    font = QFont(load_fonts())
    font.setPixelSize(FONT_PIXELS)
    app.setFont(font)
    app.setPalette(palette(theme))
    app.setStyleSheet(stylesheet(theme))


def current() -> Theme:
    """The theme last applied; own painting asks for it each time it paints. Dark before the first."""
    app = QApplication.instance()
    name = app.property("theme") if app is not None else None
    return DARK if name is None else THEMES[name]


def system_theme() -> Theme:
    """What the system prefers; dark where it does not say."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def palette(theme: Theme) -> QPalette:
    """The theme as Qt's own palette."""
    roles = QPalette.ColorRole
    colors = {
        roles.Window: theme.window,
        roles.WindowText: theme.text,
        roles.Base: theme.field,
        roles.AlternateBase: theme.card,
        roles.Text: theme.text,
        roles.PlaceholderText: theme.muted,
        roles.Button: theme.field,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.red,
        roles.ToolTipBase: theme.card,
        roles.ToolTipText: theme.text,
        roles.Highlight: theme.blue,
        roles.HighlightedText: on_accent(theme),
        roles.Accent: theme.blue,
        roles.Link: theme.blue,
        roles.LinkVisited: theme.blue,
        roles.Light: mix(theme.field, theme.text, 0.15),
        roles.Midlight: mix(theme.field, theme.text, 0.08),
        roles.Mid: theme.line,
        roles.Dark: theme.line,
        roles.Shadow: theme.window,
    }
    result = QPalette()
    for role, color in colors.items():
        result.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(mix(theme.muted, theme.card, 0.4)))
    return result


def stylesheet(theme: Theme) -> str:
    """The one style sheet of the program."""
    return TEMPLATE.substitute(
        {name: value for name, value in vars(theme).items() if name != "name"},
        on_accent=on_accent(theme),
        faint=mix(theme.muted, theme.card, 0.4),
        hover=mix(theme.field, theme.text, 0.07),
        blue_hover=mix(theme.blue, theme.text, 0.15),
        edge=mix(theme.line, theme.text, 0.25),
        selection=mix(theme.card, theme.blue, 0.25),
        thumb=mix(theme.line, theme.muted, 0.35),
        pixels=str(FONT_PIXELS),
    )


def on_accent(theme: Theme) -> str:
    """Text on a surface filled with an accent colour."""
    return theme.window if theme.name == "dark" else theme.card


def mix(first: str, second: str, t: float) -> str:
    """The colour t of the way from first (t = 0) to second (t = 1)."""
    a, b = _channels(first), _channels(second)
    return "#" + "".join(f"{round(x + (y - x) * t):02x}" for x, y in zip(a, b, strict=True))


def rgba(color: str, alpha: float) -> QColor:
    """A colour with opacity alpha from 0 to 1."""
    result = QColor(color)
    result.setAlphaF(alpha)
    return result


def diverging_lookup(theme: Theme) -> NDArray[np.uint8]:
    """(256, 4) RGBA from orange (−) over the card's colour (0, between 127 and 128) to blue (+)."""
    position = np.linspace(-1.0, 1.0, 256)[:, None]
    orange, middle, blue = (np.array(_channels(c)) for c in (theme.orange, theme.card, theme.blue))
    color = (
        middle + np.maximum(position, 0.0) * (blue - middle) + np.maximum(-position, 0.0) * (orange - middle)
    )
    table = np.full((256, 4), 255, dtype=np.uint8)
    table[:, :3] = np.rint(color)
    return table


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@cache
def load_fonts() -> str:
    """Make Roboto known to Qt; the name of its family.

    Raises RuntimeError when the font's files cannot be loaded.
    """
    wanted = ("Roboto", "RobotoMedium", "RobotoBold", "RobotoItalic")
    for name in wanted:
        number = QFontDatabase.addApplicationFont(font_roboto.font_files[name])
        if number < 0:
            raise RuntimeError(f"The font file {font_roboto.font_files[name]} could not be loaded.")
    return "Roboto"


ICON_FONTS = {
    "fa6s": "fontawesome6-solid-webfont",
    "fa6r": "fontawesome6-regular-webfont",
    "mdi6": "materialdesignicons6-webfont",
}


@cache
def icon(name: str, color: str = "muted") -> QIcon:
    """A qtawesome icon such as `fa6s.camera`, in a colour of the theme (`muted`) or a fixed `#rrggbb`.

    A theme's colour is looked up when the icon is painted, so icons follow a change of theme.
    Raises ValueError when there is no such icon.
    """
    return QIcon(_Glyph(_outline(name), color))


@cache
def _outline(name: str) -> QPainterPath:
    """The icon's shape, within 1 × 1 around the origin.

    Importing qtawesome takes 0.2 s (it imports all of Qt once more, through qtpy, and every one of its
    fonts), so only its files are used.
    """
    prefix, _, label = name.partition(".")
    characters = _charmap(prefix)
    if label not in characters:
        raise ValueError(f"There is no icon {name!r}; names are like 'fa6s.camera'.")
    font = QRawFont(str(_icon_file(prefix, "[0-9]*.ttf")), 64.0)
    path = font.pathForGlyph(font.glyphIndexesForString(chr(int(characters[label], 16)))[0])
    box = path.boundingRect()
    # Icons are drawn within one em; the few wider ones are scaled down to it.
    scale = 1.0 / max(64.0, box.width(), box.height())
    return QTransform.fromScale(scale, scale).translate(-box.center().x(), -box.center().y()).map(path)


@cache
def _charmap(prefix: str) -> dict[str, str]:
    names: dict[str, str] = json.loads(_icon_file(prefix, "charmap-*.json").read_text(encoding="utf-8"))
    return names


def _icon_file(prefix: str, ending: str) -> Path:
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("Icons need the package qtawesome.")
    if prefix not in ICON_FONTS:
        raise ValueError(f"There is no icon font {prefix!r}; there are {', '.join(ICON_FONTS)}.")
    fonts = Path(spec.origin).parent / "fonts"
    found = sorted(fonts.glob(f"{ICON_FONTS[prefix]}-{ending}"))
    if not found:
        raise FileNotFoundError(f"qtawesome has no {ICON_FONTS[prefix]}-{ending} in {fonts}.")
    return found[-1]


class _Glyph(QIconEngine):
    """Paints an outline in a colour of the current theme."""

    def __init__(self, outline: QPainterPath, color: str) -> None:
        super().__init__()
        self.outline = outline
        self.color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        """Qt's hook."""
        theme = current()
        color = self.color if self.color.startswith("#") else str(getattr(theme, self.color))
        if mode == QIcon.Mode.Disabled:
            color = mix(color, theme.card, 0.6)
        side = min(rect.width(), rect.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QPointF(rect.x() + rect.width() / 2, rect.y() + rect.height() / 2))
        painter.scale(side, side)
        painter.fillPath(self.outline, QColor(color))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Qt's hook."""
        result = QPixmap(size)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return result
