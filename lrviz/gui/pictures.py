"""Pictures of widgets: to a PNG file or the clipboard."""

import re
from pathlib import Path

from PySide6.QtCore import QIODevice, QPoint, QSaveFile
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from lrviz.experiment.files import FileError, refuse_folder, require_ending
from lrviz.gui import files
from lrviz.gui.theme import current, icon

SCALE = 2.0
"""Pictures taken from a menu have this many pixels for each on the screen, to be sharp on paper."""


def grab(widget: QWidget, scale: float = 1.0) -> QImage:
    """What the widget shows, `scale` pixels for each of its own; also of a widget not on the screen.

    Raises ValueError when the scale is not above 0 or the picture would have no pixels.
    """
    if not scale > 0:
        raise ValueError(f"The scale of a picture is {scale:g}; it must be above 0.")
    size = widget.size() * scale
    if size.isEmpty():
        raise ValueError(f"A picture of {size.width()} × {size.height()} pixels is empty; make it larger.")
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(current().window))
    painter = QPainter(image)
    widget.render(painter, QPoint())
    painter.end()
    return image


def to_file(image: QImage, path: Path) -> None:
    """Write a PNG whole or not at all. Raises FileError."""
    try:
        _check_place(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    file = QSaveFile(str(path))
    written = file.open(QIODevice.OpenModeFlag.WriteOnly) and image.save(file, "PNG") and file.commit()  # type: ignore[call-overload]
    if not written:
        raise FileError(f"{path} cannot be written: {file.errorString().lower()}.")


def to_clipboard(image: QImage) -> None:
    """Put it where other programs can paste it."""
    QGuiApplication.clipboard().setImage(image)


def picture_menu(parent: QWidget, widget: QWidget, title: str) -> QMenu:
    """Save or copy a picture of the widget; the file's name is made of the title. Errors are shown."""
    menu = QMenu(parent)
    save = menu.addAction(icon("fa6s.floppy-disk"), "Save as PNG…")
    save.triggered.connect(lambda: _save(parent, widget, title))
    copy = menu.addAction(icon("fa6s.copy"), "Copy to clipboard")
    copy.triggered.connect(lambda: to_clipboard(grab(widget, SCALE)))
    return menu


def file_name(title: str) -> str:
    """`What is happening` → `what-is-happening.png`."""
    return (re.sub(r"[^\w]+", "-", title.lower()).strip("-") or "picture") + ".png"


def _check_place(path: Path) -> None:
    refuse_folder(path)
    require_ending(path, ".png")
    if not path.parent.is_dir():
        raise FileError(f"The folder {path.parent} does not exist; choose one that does.")
    if path.exists() and not path.is_file():
        # QSaveFile puts its file in the place of a device or a pipe, which would destroy it.
        raise FileError(f"{path} is not an ordinary file; choose another name.")


def _save(parent: QWidget, widget: QWidget, title: str) -> None:
    image = grab(widget, SCALE)
    path = files.ask_save(parent, f"Save a picture of {title}", file_name(title), "PNG pictures (*.png)")
    if path is None:
        return
    try:
        to_file(image, path)
    except FileError as error:
        files.say(parent, "The picture was not saved.", str(error))
