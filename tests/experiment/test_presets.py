"""The experiments that come with lrviz."""

import json

import pytest

from lrviz.experiment import Experiment, FileError, dumps
from lrviz.experiment.presets import STARTUP, names, preset, resources


def test_there_are_at_least_eight_and_the_one_to_start_with_is_among_them():
    assert len(names()) >= 8
    assert STARTUP in names()


@pytest.mark.parametrize("name", names())
def test_every_preset_has_a_name_of_its_own_and_says_what_to_look_at(name):
    experiment = preset(name).experiment
    assert experiment.name
    assert experiment.note.endswith(".")
    assert [preset(other).experiment.name for other in names()].count(experiment.name) == 1


@pytest.mark.parametrize("name", names())
def test_every_preset_is_written_as_lrviz_writes_it_and_is_found_by_its_file_name(name):
    text = (resources() / "presets" / f"{name}.json").read_text(encoding="utf-8")
    found = preset(name)
    assert found.name == name
    assert json.loads(text)["version"] == 1
    assert text == dumps(found.experiment)


def test_the_experiment_without_settings_is_the_one_to_start_with():
    startup = preset(STARTUP).experiment
    assert startup.model_copy(update={"name": "", "note": ""}) == Experiment()


def test_a_preset_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(FileError, match=r"There is no preset 'spiral' \(did you mean spirals\?\)") as caught:
        preset("spiral")
    for name in names():
        assert name in str(caught.value)
