"""Formulas of time, read from text: numbers, names, operators and functions that are listed here, no more.

Python's own parser reads the text; of what it finds, only the kinds of node below are taken, each into a
function on numpy arrays. Nothing is ever executed as Python.
"""

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = Mapping[str, Floats]

NAMES = ("t", "T", "epoch", "lr")
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "abs": np.absolute,
    "floor": np.floor,
    "ceil": np.ceil,
    "min": np.minimum,
    "max": np.maximum,
}
OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
COMPARISONS: dict[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
MOST_CHARACTERS = 200
MOST_LEVELS = 20
"""Of operations inside one another."""

STRANGE = re.compile(r"[^A-Za-z0-9_.+\-*/%()<>=!, ]")
NUMBER = re.compile(r"(?<![A-Za-z0-9_.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
EXAMPLE = "lr * 0.5 ** (epoch / 10)"


@dataclass(frozen=True)
class Term:
    """A piece of a formula: how to evaluate it, and which of `NAMES` it contains."""

    evaluate: Callable[[Values], Any]
    names: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def read(text: str) -> Term:
    """The formula in a text. Raises ValueError with what is wrong, in words that go on from its name."""
    _look_over(text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        rest = text.strip()[max((error.offset or 1) - 1, 0) :]
        place = f"at “{rest}”" if rest else "at its end"
        raise ValueError(f"it cannot be read {place}; write it like {EXAMPLE}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ValueError(f"it cannot be read; write it like {EXAMPLE}") from None
    return _term(tree.body, MOST_LEVELS)


def evaluate(formula: Term, values: Values) -> Floats:
    """The formula's value at the values of its names, which may be NaN or infinite."""
    with np.errstate(all="ignore"):
        return np.asarray(formula.evaluate(values), dtype=np.float64)


def _look_over(text: str) -> None:
    """Refuse what Python's parser need not see."""
    if not text.strip():
        raise ValueError(f"it is empty; write it like {EXAMPLE}")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"{len(text)} characters are given; there may be at most {MOST_CHARACTERS}")
    if strange := STRANGE.search(text):
        hint = "; write ** for a power" if strange[0] == "^" else ""
        raise ValueError(f"{strange[0]!r} has no meaning in a formula{hint}")
    for number in NUMBER.finditer(text):
        follows = text[number.end() : number.end() + 1]
        if follows.isalpha() or follows in ("_", "."):
            raise ValueError(f"something like * is missing after {number[0]}, before “{follows}”")


def _term(node: ast.expr, levels: int) -> Term:
    """What a node means; levels: how many may still be inside it."""
    if not levels:
        raise ValueError(f"more than {MOST_LEVELS} operations stand inside one another; make it simpler")
    match node:
        case ast.Constant(value=bool()):
            raise _unknown(node)
        case ast.Constant(value=int() | float() as value):
            return _number(value)
        case ast.Name(id=name):
            return _name(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _apply(node, np.negative, [operand], levels)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _term(operand, levels - 1)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            return _apply(node, OPERATORS[type(operator)], [left, right], levels)
        case ast.Compare(left=left, ops=ops) if all(type(op) in COMPARISONS for op in ops):
            compare = _chain([COMPARISONS[type(op)] for op in ops])
            return _apply(node, compare, [left, *node.comparators], levels)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _apply(node, _choose, [test, body, orelse], levels)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _apply(node, _function(name, len(arguments)), arguments, levels)
    raise _unknown(node)


def _number(value: float) -> Term:
    try:
        number = np.float64(value)
    except OverflowError:
        number = np.float64(np.inf)
    if not np.isfinite(number):
        raise ValueError("a number in it is too large; the largest is about 1e308")
    return Term(lambda _: number)


def _name(name: str) -> Term:
    if name in CONSTANTS:
        return _number(CONSTANTS[name])
    if name in FUNCTIONS:
        raise ValueError(f"{name} is a function; write {name}(t)")
    if name not in NAMES:
        raise ValueError(f"{name} is not known; there are {', '.join([*NAMES, *CONSTANTS])} and functions")
    return Term(lambda values: values[name], frozenset({name}))


def _function(name: str, arguments: int) -> Callable[..., Any]:
    if name not in FUNCTIONS:
        raise ValueError(f"{name} is not a function here; there are {', '.join(FUNCTIONS)}")
    several = name in ("min", "max")
    if several is (arguments < 2) or not arguments:
        wanted = "two numbers or more" if several else "one number"
        raise ValueError(f"{name} takes {wanted}, not {arguments}")
    function = FUNCTIONS[name]
    return (lambda *numbers: reduce(function, numbers)) if several else function


def _apply(node: ast.expr, function: Callable[..., Any], inside: list[ast.expr], levels: int) -> Term:
    """A function of what stands inside; one without names is evaluated here and now, and must be finite."""
    terms = [_term(part, levels - 1) for part in inside]
    names = frozenset[str]().union(*(term.names for term in terms))
    evaluates = [term.evaluate for term in terms]
    if names:
        return Term(lambda values: function(*[evaluate(values) for evaluate in evaluates]), names)
    with np.errstate(all="ignore"):
        number = np.float64(function(*[evaluate({}) for evaluate in evaluates]))
    if not np.isfinite(number):
        raise ValueError(f"{ast.unparse(node)} is not a finite number")
    return Term(lambda _: number)


def _chain(comparisons: list[Callable[..., Any]]) -> Callable[..., Any]:
    """a < b < c: every neighbour compared, all of it true; 1 or 0."""

    def compare(*numbers: Any) -> Any:
        pairs = zip(comparisons, numbers[:-1], numbers[1:], strict=True)
        true = reduce(np.logical_and, [comparison(a, b) for comparison, a, b in pairs])
        return np.multiply(true, 1.0)

    return compare


def _choose(test: Any, body: Any, orelse: Any) -> Any:
    return np.where(np.not_equal(test, 0.0), body, orelse)


def _unknown(node: ast.expr) -> ValueError:
    return ValueError(
        f"“{ast.unparse(node)}” is not allowed; a formula has numbers, {', '.join(NAMES)}, + - * / // % **, "
        "comparisons, a if b else c, and functions"
    )
