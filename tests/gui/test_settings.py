import json
import os
from pathlib import Path

import platformdirs
import pytest

from lrviz.experiment import Experiment, FileError
from lrviz.gui.settings import Settings, load, save, settings_path

KEPT = Settings(
    geometry="AdnQywAD",
    theme="light",
    experiment=Experiment().model_dump(mode="json"),
    folded=("Network", "Data"),
    folder="/home/someone/pictures",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "config"
    monkeypatch.setenv("LRVIZ_CONFIG_DIR", str(place))
    return place


def test_the_first_start_has_the_usual_settings_and_nothing_to_say() -> None:
    assert load() == (Settings(), None)


def test_what_was_saved_is_loaded_again() -> None:
    save(KEPT)
    assert load() == (KEPT, None)


def test_one_file_is_written_in_a_folder_made_for_it(folder: Path) -> None:
    save(KEPT)
    assert os.listdir(folder) == ["settings.json"]


def test_the_usual_place_is_the_persons_config_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LRVIZ_CONFIG_DIR")
    assert settings_path() == platformdirs.user_config_path("lrviz", appauthor=False) / "settings.json"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"theme": "pink"}',
        b'{"folded": 3}',
        b'{"experiment": "spiral"}',
        b"[" * 100_000,
        b'{"x": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "cut", "list", "bytes", "theme", "folded", "experiment", "deep", "digits"],
)
def test_a_damaged_file_is_moved_aside_and_a_sentence_says_so(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "settings.json").write_bytes(content)
    settings, message = load()
    assert settings == Settings()
    assert message is not None
    assert message.endswith(".")
    assert str(folder / "settings.broken.json") in message
    assert (folder / "settings.broken.json").read_bytes() == content
    assert load() == (Settings(), None)


def test_names_of_a_newer_version_are_ignored(folder: Path) -> None:
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({"theme": "dark", "sound": True}))
    assert load() == (Settings(theme="dark"), None)


def test_a_folder_in_the_place_of_the_file_stays_and_a_sentence_says_so(folder: Path) -> None:
    (folder / "settings.json").mkdir(parents=True)
    settings, message = load()
    assert settings == Settings()
    assert message is not None
    assert "cannot be read" in message
    assert (folder / "settings.json").is_dir()


def test_a_damaged_file_that_cannot_be_moved_is_no_crash(folder: Path) -> None:
    (folder / "settings.broken.json").mkdir(parents=True)
    (folder / "settings.json").write_text("{")
    settings, message = load()
    assert settings == Settings()
    assert message is not None
    assert "cannot be moved aside" in message


def test_text_that_is_no_unicode_can_be_saved() -> None:
    odd = Settings(experiment={"name": "\ud800"})
    save(odd)
    assert load() == (odd, None)


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(folder: Path) -> None:
    folder.write_text("a file in its place")
    with pytest.raises(FileError, match=r"The folder .*config cannot be made: .*\."):
        save(KEPT)


def test_a_full_disk_is_said_in_a_sentence_and_keeps_the_old_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(KEPT)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(FileError, match="no space left on device"):
            save(Settings())
    assert load() == (KEPT, None)
    assert os.listdir(folder) == ["settings.json"]
