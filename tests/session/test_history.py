import csv

import numpy as np
import pytest

from lrviz.experiment import FileError, parse
from lrviz.session.core import Core
from lrviz.session.history import Recorder, samples, table, write_csv
from lrviz.session.session import Session
from lrviz.session.snapshot import Status


def experiment():
    return parse(
        {
            "data": {"dataset": {"kind": "moons", "samples": 60}},
            "network": {"hidden": [{"units": 4, "activation": "tanh"}]},
            "training": {"batch_size": 8, "steps": 60, "eval_every": 5, "probes": ["weight norm"]},
        }
    )


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def trained():
    core = Core(experiment())
    core.advance(23)
    return core


def test_a_csv_file_has_a_row_for_each_step_and_empty_cells_where_nothing_was_measured(trained, tmp_path):
    path = tmp_path / "run.csv"
    write_csv(path, trained)
    rows = read(path)
    assert [int(row["step"]) for row in rows] == list(range(24))
    assert list(rows[0])[:3] == ["step", "lr", "training loss"]
    assert [int(row["step"]) for row in rows if row["test loss"]] == [0, 5, 10, 15, 20]
    assert rows[0]["training loss"] == rows[0]["lr"] == ""
    assert all(row["training loss"] for row in rows[1:])


def test_numbers_read_back_exactly(trained, tmp_path):
    path = tmp_path / "run.csv"
    write_csv(path, trained)
    series = trained.snapshot().series
    for name, column in (("training loss", "training loss"), ("learning rate", "lr")):
        written = [float(row[column]) for row in read(path)[1:]]
        assert written == samples(series[name])[1][:, 0].tolist()


def test_each_channel_of_a_quantity_is_a_column(trained, tmp_path):
    path = tmp_path / "run.csv"
    write_csv(path, trained)
    steps, values = samples(trained.snapshot().series["weight norm"])
    rows = {int(row["step"]): row for row in read(path)}
    for step, (first, second) in zip(steps.tolist(), values.tolist(), strict=True):
        assert (float(rows[step]["weight norm 1"]), float(rows[step]["weight norm 2"])) == (first, second)


def test_a_session_writes_the_same_file_as_a_core(trained, tmp_path):
    write_csv(tmp_path / "core.csv", trained)
    with Session(experiment()) as session:
        session.step(23)
        while session.snapshot(wait=60.0).status is Status.RUNNING:
            pass
        write_csv(tmp_path / "session.csv", session)
    assert (tmp_path / "session.csv").read_text() == (tmp_path / "core.csv").read_text()


def test_values_that_are_not_numbers_are_told_from_those_that_were_not_measured(tmp_path):
    recorder = Recorder()
    recorder.append("training loss", np.array([1, 2]), np.array([[1.0], [np.inf]]))
    recorder.append("test score", np.array([2]), np.array([[np.nan]]))

    class Run:
        def history(self):
            return table(recorder.views())

    write_csv(tmp_path / "run.csv", Run())
    lines = (tmp_path / "run.csv").read_text().splitlines()
    assert lines == ["step,training loss,test score", "1,1.0,", "2,inf,nan"]


def test_a_run_longer_than_a_series_keeps_its_newest_step_and_ascending_rows():
    recorder = Recorder()
    steps = np.arange(1, 70_002)
    recorder.append("training loss", steps, steps[:, None].astype(float))
    history = table(recorder.views())
    assert history.steps[-1] == 70_001
    assert (np.diff(history.steps) > 0).all()
    np.testing.assert_array_equal(history.values[:, 0], history.steps)
    assert history.known.all()


def test_nothing_recorded_is_a_table_without_rows():
    assert table({}).steps.tolist() == []
    assert table({}).columns == ("step",)


def test_a_file_that_cannot_be_written_is_a_sentence_and_leaves_the_old_one(trained, tmp_path):
    with pytest.raises(FileError, match=r"cannot be written: .*\.$"):
        write_csv(tmp_path / "missing" / "run.csv", trained)
    with pytest.raises(FileError, match="is a folder"):
        write_csv(tmp_path, trained)
    assert list(tmp_path.iterdir()) == []
