"""The datasets, one file each.

To add one: write a module with a `Dataset` (fields, title, summary, `task`, `kind`, `make`), list it
in `AnyDataset` below, and add its test. Drawn ones take `samples_field` and `noise_field` from
`drawn`; measured ones derive from `real.Real`. Forms, files and the command line follow by themselves.
"""

from lrviz.engine.datasets.breast_cancer import BreastCancer
from lrviz.engine.datasets.circle import Circle
from lrviz.engine.datasets.diabetes import Diabetes
from lrviz.engine.datasets.digits import Digits
from lrviz.engine.datasets.gauss import Gauss
from lrviz.engine.datasets.iris import Iris
from lrviz.engine.datasets.moons import Moons
from lrviz.engine.datasets.plane import Plane
from lrviz.engine.datasets.sine import Sine
from lrviz.engine.datasets.spiral import Spiral
from lrviz.engine.datasets.xor import Xor

AnyDataset = Spiral | Circle | Xor | Gauss | Moons | Plane | Sine | Digits | BreastCancer | Iris | Diabetes
"""Every dataset there is, in the order the window lists them."""
