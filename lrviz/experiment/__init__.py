"""What to run: the whole experiment as frozen, validated data; JSON in and out; edits; presets."""

from lrviz.experiment.data import Data
from lrviz.experiment.edits import at, changes, edit, edit_all, live, parse
from lrviz.experiment.files import FileError, dumps, load, loads, save
from lrviz.experiment.messages import ExperimentError, Problem
from lrviz.experiment.models import Experiment
from lrviz.experiment.network import Layer, Network
from lrviz.experiment.training import Training

__all__ = [
    "Data",
    "Experiment",
    "ExperimentError",
    "FileError",
    "Layer",
    "Network",
    "Problem",
    "Training",
    "at",
    "changes",
    "dumps",
    "edit",
    "edit_all",
    "live",
    "load",
    "loads",
    "parse",
    "save",
]
