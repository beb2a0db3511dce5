"""The surfaces, one file each.

To add one, write a module beside these with one class derived from `Surface` (its `kind`, title and
summary, its fields, value and gradient), then list the class in `AnySurface`.
"""

from lrviz.engine.surfaces.base import Surface
from lrviz.engine.surfaces.beale import Beale
from lrviz.engine.surfaces.himmelblau import Himmelblau
from lrviz.engine.surfaces.quadratic import Quadratic
from lrviz.engine.surfaces.rastrigin import Rastrigin
from lrviz.engine.surfaces.rosenbrock import Rosenbrock
from lrviz.engine.surfaces.saddle import Saddle

AnySurface = Quadratic | Rosenbrock | Beale | Himmelblau | Rastrigin | Saddle

__all__ = ["AnySurface", "Beale", "Himmelblau", "Quadratic", "Rastrigin", "Rosenbrock", "Saddle", "Surface"]
