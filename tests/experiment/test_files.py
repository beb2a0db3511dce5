"""Experiments in files."""

import json
import os
import stat
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrviz.experiment import Experiment, ExperimentError, FileError, dumps, load, loads, save
from lrviz.experiment.files import check_writable, write_text


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_every_valid_experiment_survives_the_way_through_json(experiments, data):
    experiment = data.draw(experiments)
    assert loads(dumps(experiment)) == experiment


def test_what_is_written_is_plain_json_with_a_version_and_every_field(tmp_path):
    save(Experiment(name="α, β"), tmp_path / "a.json")
    text = (tmp_path / "a.json").read_bytes().decode("utf-8")
    assert "α, β" in text
    assert "\r" not in text
    data = json.loads(text)
    assert data["version"] == 1
    assert set(data) == set(Experiment.model_fields)


def test_a_part_may_be_written_by_its_name_alone_and_fields_left_out():
    assert loads('{"optimizer": "adam", "lr": 1}').optimizer.kind == "adam"
    assert loads("{}") == Experiment()


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    (tmp_path / "a.json").write_text("{}", encoding="utf-8-sig")
    assert load(tmp_path / "a.json") == Experiment()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "It is empty."),
        (" \n", "It is empty."),
        ("{", "It is not JSON: Expecting property name enclosed in double quotes in line 1, column 2."),
        ('{\n"lr" 1}', "It is not JSON: Expecting ':' delimiter in line 2, column 6."),
        ("[1]", 'It holds a list; an experiment is an object like {"lr": 0.1}.'),
        ("3", 'It holds a number; an experiment is an object like {"lr": 0.1}.'),
        ("null", 'It holds nothing; an experiment is an object like {"lr": 0.1}.'),
        ("true", 'It holds true or false; an experiment is an object like {"lr": 0.1}.'),
        ('"x"', 'It holds a text; an experiment is an object like {"lr": 0.1}.'),
        ('{"version": 2}', "It has version 2; this lrviz reads version 1."),
        ('{"version": "1"}', 'It has version "1"; this lrviz reads version 1.'),
        ('{"version": 2, "unknown": 3}', "It has version 2; this lrviz reads version 1."),
        ('{"lr": 1, "lr": 2}', 'It is not an experiment: the field "lr" is given twice.'),
        ("[" * 100_000, "It is nested too deeply to be an experiment."),
        (
            f'{{"lr": 1{"0" * 5000}}}',
            "It is not an experiment: the number 100000000000... has 5001 digits.",
        ),
    ],
)
def test_text_that_is_no_experiment_is_told_in_one_sentence(text, sentence):
    with pytest.raises(FileError) as caught:
        loads(text, source="It")
    assert str(caught.value) == sentence


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_are_refused(number):
    with pytest.raises(
        ExperimentError,
        match=r"^Learning rate \(lr\): -?(NaN|Infinity) is given; it must be a finite number\.$",
    ):
        loads(f'{{"lr": {number}}}')


def test_a_folder_a_missing_and_a_binary_file_are_told_in_one_sentence(tmp_path):
    with pytest.raises(FileError, match=r"is a folder; give the name of a file in it\.$"):
        load(tmp_path)
    with pytest.raises(FileError, match=r"missing\.json cannot be read: no such file or directory\.$"):
        load(tmp_path / "missing.json")
    (tmp_path / "binary.json").write_bytes(bytes(range(256)))
    with pytest.raises(FileError, match=r"binary\.json is not a text file in UTF-8\.$"):
        load(tmp_path / "binary.json")


def test_a_file_that_cannot_be_written_is_told_in_one_sentence(tmp_path):
    for attempt in (check_writable, lambda path: save(Experiment(), path)):
        with pytest.raises(FileError, match=r"is a folder; give the name of a file in it\.$"):
            attempt(tmp_path)
        with pytest.raises(FileError, match=r"cannot be written: no such file or directory\.$"):
            attempt(tmp_path / "missing" / "a.json")
        (tmp_path / "file").touch()
        with pytest.raises(FileError, match="cannot be written"):
            attempt(tmp_path / "file" / "a.json")


def test_looking_whether_a_file_can_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "a.json").write_text("kept", encoding="utf-8")
    check_writable(tmp_path / "a.json")
    check_writable(tmp_path / "b.json")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "kept"


def test_an_existing_file_is_kept_whole_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    save(Experiment(lr=0.5), path)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(FileError, match=r"cannot be written: no space left on device\.$"):
        save(Experiment(lr=0.25), path)
    assert load(path).lr == 0.5
    assert list(tmp_path.iterdir()) == [path]


if sys.platform != "win32":

    def test_a_link_a_mode_and_a_device_stay_what_they_are(tmp_path):
        target, link, pipe = tmp_path / "target.json", tmp_path / "link.json", tmp_path / "pipe"
        save(Experiment(), target)
        target.chmod(0o640)
        link.symlink_to(target)
        save(Experiment(lr=0.5), link)
        assert link.is_symlink()
        assert load(target).lr == 0.5
        assert stat.S_IMODE(target.stat().st_mode) == 0o640

        os.mkfifo(pipe)
        check_writable(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            write_text(pipe, "through")
            assert os.read(reader, 100) == b"through"
        finally:
            os.close(reader)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
