"""The datasets, one file each.

To add one: write a module with a `Dataset` (fields, title, summary, `task`, `kind`, `make`), list it
in `AnyDataset` below, and add its test. Drawn ones take `samples_field` and `noise_field` from
`drawn` and are `planar` where they have two inputs; measured ones derive from `real.Real`. Forms, files
and the command line follow by themselves.
"""

from lrviz.engine.datasets.blobs import Blobs
from lrviz.engine.datasets.breast_cancer import BreastCancer
from lrviz.engine.datasets.checkerboard import Checkerboard
from lrviz.engine.datasets.circle import Circle
from lrviz.engine.datasets.diabetes import Diabetes
from lrviz.engine.datasets.digits import Digits
from lrviz.engine.datasets.gauss import Gauss
from lrviz.engine.datasets.iris import Iris
from lrviz.engine.datasets.moons import Moons
from lrviz.engine.datasets.multi_gaussian import MultiGaussian
from lrviz.engine.datasets.plane import Plane
from lrviz.engine.datasets.rings import Rings
from lrviz.engine.datasets.sine import Sine
from lrviz.engine.datasets.spiral import Spiral
from lrviz.engine.datasets.step_function import StepFunction
from lrviz.engine.datasets.wine import Wine
from lrviz.engine.datasets.xor import Xor

AnyDataset = (
    Spiral
    | Circle
    | Xor
    | Gauss
    | Moons
    | Checkerboard
    | Blobs
    | Rings
    | Plane
    | MultiGaussian
    | Sine
    | StepFunction
    | Digits
    | BreastCancer
    | Iris
    | Wine
    | Diabetes
)
"""Every dataset there is, in the order the window lists them."""
