"""What the window needs from the system, looked for before Qt does, which ends the program instead."""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

ALWAYS = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libX11.so.6": "libx11-6",
}
"""Libraries that PySide6 is linked to, and the Debian packages that bring them."""
X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
"""What Qt's plugin for X11 is linked to besides."""
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
"""What Qt's plugin for Wayland is linked to besides."""

NO_DISPLAY = (
    "There is no display to open a window on; start lrviz from a desktop, or use `lrviz run` and "
    "`lrviz shot`, which need none."
)


def obstacle() -> str | None:
    """What keeps Qt from starting here, as a sentence with the remedy; None if nothing is known to.

    Reads QT_QPA_PLATFORM, WAYLAND_DISPLAY and DISPLAY as Qt does. Only Linux has such obstacles.
    """
    if not sys.platform.startswith("linux"):
        return None
    # The first name counts: "wayland;xcb", or with settings behind a colon: "offscreen:size=800x600".
    asked = os.environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked not in ("", "xcb", "wayland"):
        return _lacking(missing(ALWAYS))
    wayland = asked != "xcb" and _wayland_answers()
    if wayland and not (lacking := missing(ALWAYS | WAYLAND)):
        return None
    if asked == "wayland":
        return _lacking(lacking) if wayland else NO_DISPLAY
    if not os.environ.get("DISPLAY"):
        return _lacking(lacking) if wayland else NO_DISPLAY
    return _lacking(missing(ALWAYS | X11)) or _silent_server()


def missing(libraries: dict[str, str]) -> dict[str, str]:
    """Those of the libraries that cannot be loaded."""
    return {name: package for name, package in libraries.items() if not _loads(name)}


def import_failure(error: ImportError) -> str | None:
    """A failed import of PySide6 as a sentence with the remedy; None if it failed for another reason."""
    text = str(error)
    if "PySide6" in (error.name or "") and isinstance(error, ModuleNotFoundError):
        return "PySide6, which draws the window, is not installed; install lrviz again with `pip install .`."
    if "GLIBC_" in text:
        return f"PySide6 needs glibc 2.34 or later, from a newer system: {text.splitlines()[0].rstrip('.')}."
    if ".so" not in text or "cannot open shared object file" not in text:
        return None
    named = text.split(":")[0].strip()
    return _lacking({named: ALWAYS.get(named, ""), **missing(ALWAYS)})


def _lacking(libraries: dict[str, str]) -> str | None:
    if not libraries:
        return None
    noun = "library" if len(libraries) == 1 else "libraries"
    packages = sorted(filter(None, libraries.values()))
    remedy = f"on Debian or Ubuntu install with: sudo apt install {' '.join(packages)}"
    if not packages:
        remedy = "install the package of your system that brings it"
    return f"Qt needs the system {noun} {_listed(libraries)}; {remedy}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _wayland_answers() -> bool:
    """Whether the socket of a Wayland compositor is there."""
    name, folder = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and Path(folder, name).exists()


def _silent_server() -> str | None:
    library = ctypes.CDLL("libX11.so.6")
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = library.XOpenDisplay(None)
    if connection:
        library.XCloseDisplay(connection)
        return None
    return (
        f"No display answers at DISPLAY={os.environ['DISPLAY']}; start lrviz from a desktop, or use "
        "`lrviz run` and `lrviz shot`, which need none."
    )
