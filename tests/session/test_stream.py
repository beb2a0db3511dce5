"""Every number of a run, written while it trains."""

import io

import pytest

from lrviz.experiment import parse
from lrviz.session.core import Core
from lrviz.session.history import write_csv
from lrviz.session.stream import Stream

BASE = {
    "data": {"dataset": {"kind": "moons", "samples": 60}},
    "network": {"hidden": [{"units": 4}]},
    "training": {"batch_size": 8, "steps": 90, "eval_every": 40, "probes": ["weight norm"]},
}
DIVERGES = {"data": {"dataset": "sine"}, "schedule": "constant", "lr": 1000.0, "training": {"steps": 90}}
UNTESTED = {"data": {"test_fraction": 0.0}, "training": {"steps": 90, "monitor": "training loss"}}


def streamed(experiment, stretch):
    stream, file = Stream(), io.StringIO()
    core = Core(experiment, stream.append)
    while core.advance(stretch):
        stream.write(file)
    stream.write(file)
    return core, file.getvalue()


@pytest.mark.parametrize("data", [BASE, DIVERGES, UNTESTED])
@pytest.mark.parametrize("stretch", [1, 7, 200])
def test_what_is_written_in_pieces_is_what_is_written_at_once(data, stretch, tmp_path):
    core, text = streamed(parse(data), stretch)
    write_csv(tmp_path / "whole.csv", core)
    assert text == (tmp_path / "whole.csv").read_text(encoding="utf-8")
    assert text.splitlines()[-1].startswith(f"{core.step},")


def test_a_core_records_the_same_whether_or_not_somebody_listens(tmp_path):
    listened, _ = streamed(parse(BASE), 200)
    alone = Core(parse(BASE))
    alone.advance(90)
    write_csv(tmp_path / "listened.csv", listened)
    write_csv(tmp_path / "alone.csv", alone)
    assert (tmp_path / "listened.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


def test_titles_are_written_even_before_the_first_step():
    stream, file = Stream(), io.StringIO()
    Core(parse(BASE), stream.append)
    stream.write(file)
    titles, row = file.getvalue().splitlines()
    assert titles.startswith("step,test loss,test score,weight norm 1,")
    assert row.startswith("0,")
