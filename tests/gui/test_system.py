"""What the window needs from the system."""

import ctypes
import sys

import pytest

from lrviz.gui import system

EVERYTHING = system.ALWAYS | system.X11 | system.WAYLAND


class Library:
    """An X11 client library; `answers` tells whether a server does."""

    def __init__(self, answers):
        class Function:
            def __call__(self, name):
                return 1 if answers else None

        self.XOpenDisplay = Function()
        self.XCloseDisplay = Function()


@pytest.fixture
def linux(monkeypatch, tmp_path):
    """A Linux system, described by its environment, what it lacks, and whether an X server answers."""

    def describe(environment, lacks=(), answers=True):
        monkeypatch.setattr(sys, "platform", "linux")
        for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        (tmp_path / "wayland-0").touch()
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        def load(name):
            if name in lacks:
                raise OSError(f"{name}: cannot open shared object file")
            return Library(answers)

        monkeypatch.setattr(ctypes, "CDLL", load)
        return system.obstacle()

    return describe


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_have_no_obstacles_known_ahead(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert system.obstacle() is None


@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": ":0"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"},
        {"WAYLAND_DISPLAY": "gone", "DISPLAY": ":0"},
        {"QT_QPA_PLATFORM": "offscreen"},
        {"QT_QPA_PLATFORM": "offscreen:size=800x600"},
        {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":0"},
        {"QT_QPA_PLATFORM": "wayland;xcb", "WAYLAND_DISPLAY": "wayland-0"},
    ],
)
def test_a_complete_system_has_no_obstacle(linux, environment):
    assert linux(environment) is None


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ""},
        {"WAYLAND_DISPLAY": "gone"},
        {"QT_QPA_PLATFORM": "xcb"},
        {"QT_QPA_PLATFORM": "xcb:nograb"},
        {"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"},
        {"QT_QPA_PLATFORM": "wayland", "DISPLAY": ":0"},
    ],
)
def test_without_a_display_the_remedy_is_told(linux, environment):
    assert linux(environment) == system.NO_DISPLAY


def test_a_display_that_does_not_answer_is_named(linux):
    assert linux({"DISPLAY": ":77"}, answers=False).startswith("No display answers at DISPLAY=:77; ")


@pytest.mark.parametrize("library", system.ALWAYS | system.X11)
def test_a_library_that_x11_needs_is_told_with_its_package(linux, library):
    assert linux({"DISPLAY": ":0"}, lacks=[library]) == (
        f"Qt needs the system library {library}; on Debian or Ubuntu install with: "
        f"sudo apt install {EVERYTHING[library]}"
    )


def test_several_libraries_are_told_together(linux):
    told = linux({"DISPLAY": ":0"}, lacks=["libEGL.so.1", "libxcb-cursor.so.0"])
    assert "libraries libEGL.so.1, libxcb-cursor.so.0" in told
    assert told.endswith("sudo apt install libegl1 libxcb-cursor0")


def test_offscreen_needs_only_what_qt_always_needs(linux):
    lacks = [*system.X11, *system.WAYLAND]
    assert linux({"QT_QPA_PLATFORM": "offscreen"}, lacks=lacks) is None
    assert "libgl1" in linux({"QT_QPA_PLATFORM": "offscreen"}, lacks=["libGL.so.1"])


def test_without_what_wayland_needs_x11_is_taken_if_there_is_one(linux):
    both = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    assert linux(both, lacks=["libwayland-cursor.so.0"]) is None
    only = {"WAYLAND_DISPLAY": "wayland-0"}
    assert "libwayland-cursor0" in linux(only, lacks=["libwayland-cursor.so.0"])
    forced = {"QT_QPA_PLATFORM": "wayland", **both}
    assert "libwayland-cursor0" in linux(forced, lacks=["libwayland-cursor.so.0"])


def test_only_what_cannot_be_loaded_is_missing(linux):
    linux({}, lacks=["libGL.so.1"])
    assert system.missing(system.ALWAYS) == {"libGL.so.1": "libgl1"}
