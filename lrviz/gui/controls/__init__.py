"""Small controls. Signals tell what the person did; setters never emit."""

from lrviz.gui.controls.choice import Choice, Flags, Option
from lrviz.gui.controls.labels import ElidedLabel, Paragraph
from lrviz.gui.controls.number_field import Entry, NumberField, NumbersField, TextField
from lrviz.gui.controls.points_field import PointsField
from lrviz.gui.controls.slider import Slider
from lrviz.gui.controls.switch import Switch

__all__ = [
    "Choice",
    "ElidedLabel",
    "Entry",
    "Flags",
    "NumberField",
    "NumbersField",
    "Option",
    "Paragraph",
    "PointsField",
    "Slider",
    "Switch",
    "TextField",
]
