"""The list of datasets and what every dataset declares."""

import subprocess
import sys
from typing import Annotated

import pytest

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.examples import load
from lrviz.engine.parts import PartField, Spec, kinds, traits

ALL = kinds(AnyDataset)


class Holder(Spec):
    """As much of an experiment as holding a dataset needs."""

    dataset: Annotated[AnyDataset, *PartField]


def test_every_dataset_is_listed_once_by_its_name():
    assert list(ALL) == [
        "spiral",
        "circle",
        "xor",
        "gauss",
        "moons",
        "checkerboard",
        "blobs",
        "rings",
        "plane",
        "multi_gaussian",
        "sine",
        "step_function",
        "digits",
        "breast_cancer",
        "iris",
        "wine",
        "diabetes",
    ]


def test_importing_the_datasets_does_not_import_scikit_learn():
    program = "import sys, lrviz.engine.datasets, lrviz.engine.examples; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("part", ALL.values(), ids=ALL)
def test_every_dataset_and_every_field_explains_itself(part):
    assert part.title
    assert part.summary.endswith((".", "?"))
    assert part.task in ("binary", "multiclass", "regression")
    assert all(size >= 1 for size in part.suits)
    for name, info in part.model_fields.items():
        if name != "kind":
            low, high = traits(info)["slider"]
            assert info.title
            assert "Too " in info.description
            assert low < high
            for end in (low, high):
                part(**{name: end})  # the slider stays inside the allowed range


@pytest.mark.parametrize("part", ALL.values(), ids=ALL)
def test_a_dataset_is_planar_exactly_if_it_draws_two_inputs(part):
    table = load(part(), 0)
    assert part.planar is (not part.real and table.inputs.shape[1] == 2)


@pytest.mark.parametrize("part", ALL.values(), ids=ALL)
def test_a_dataset_survives_a_file_and_is_known_by_its_name_alone(part):
    holder = Holder(dataset=part())
    assert Holder.model_validate_json(holder.model_dump_json()) == holder
    assert Holder.model_validate({"dataset": part.name()}) == holder
