"""Formulas: what they mean, and that nothing but a formula is ever taken."""

import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lrviz.engine.schedules import Expression, Times
from lrviz.engine.schedules.formula import FUNCTIONS, MOST_CHARACTERS, evaluate, read
from lrviz.experiment import ExperimentError, parse

T = np.arange(0.0, 1000.0)


def rate(formula, t=T, total=1000.0, lr=0.3, epoch=None):
    """The absolute rate."""
    t = np.atleast_1d(np.asarray(t, dtype=np.float64))
    epochs = None if epoch is None else lambda: np.broadcast_to(epoch, t.shape)
    return lr * Expression(formula=formula).multiple_at(Times(t, total, lr, epochs))


@pytest.mark.conformance
@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("lr", lambda t, T, lr: np.full_like(t, lr)),
        ("lr * 0.5 ** (4 * t / T)", lambda t, T, lr: lr * 0.5 ** (4 * t / T)),
        ("lr * (1 + cos(pi * t / T)) / 2", lambda t, T, lr: lr * (1 + np.cos(np.pi * t / T)) / 2),
        ("0.01", lambda t, T, lr: np.full_like(t, 0.01)),
        ("lr if t < 100 else lr / 10", lambda t, T, lr: np.where(t < 100, lr, lr / 10)),
        ("lr * (100 <= t < 200)", lambda t, T, lr: lr * ((t >= 100) & (t < 200))),
        ("lr * (1 - t % 100 / 100)", lambda t, T, lr: lr * (1 - t % 100 / 100)),
        ("lr * 0.9 ** (t // 50)", lambda t, T, lr: lr * 0.9 ** (t // 50)),
        (
            "lr * min(1, t / 10, 500 / max(t, 1))",
            lambda t, T, lr: lr * np.minimum(1, np.minimum(t / 10, 500 / np.maximum(t, 1))),
        ),
        (
            "lr / sqrt(1 + t) + 1e-3 * abs(sin(t))",
            lambda t, T, lr: lr / np.sqrt(1 + t) + 1e-3 * np.abs(np.sin(t)),
        ),
        ("-t + 2 * T - +t", lambda t, T, lr: -t + 2 * T - t),
        ("lr * e ** -log(1 + t) * floor(2.5) / ceil(1.5)", lambda t, T, lr: lr * np.exp(-np.log(1 + t))),
        ("lr * 2 ** -3 ** 0", lambda t, T, lr: np.full_like(t, lr / 2)),
        ("(t == 3) + (t != 3) * lr", lambda t, T, lr: np.where(t == 3, 1.0, lr)),
        ("lr * log2(8) * log10(100) * tanh(50) / 6 * exp(0)", lambda t, T, lr: np.full_like(t, lr)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_formula_means_what_it_says(formula, expected):
    for lr in (0.3, 1e-3):
        reference = expected(T, 1000.0, lr)
        assert np.abs(rate(formula, lr=lr) - reference).max() <= 1e-12 * max(lr, np.abs(reference).max())


def test_epoch_is_the_completed_passes():
    found = rate("lr * 0.5 ** epoch", t=np.arange(8.0), epoch=np.arange(8.0) // 3)
    np.testing.assert_allclose(found, 0.3 * 0.5 ** (np.arange(8) // 3), rtol=1e-15)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("lr / t", [0.0, 0.3, 0.15]),
        ("log(t)", [0.0, 0.0, np.log(2.0)]),
        ("lr * (1 - t)", [0.3, 0.0, 0.0]),
        ("10 ** (400 * t)", [1.0, 0.0, 0.0]),
        ("1e9 * t", [0.0, 1e6, 1e6]),
        ("(t - 2) ** 0.5", [0.0, 0.0, 0.0]),
    ],
)
def test_what_is_below_zero_or_not_finite_counts_as_zero_and_what_is_absurd_as_a_million(formula, expected):
    np.testing.assert_allclose(rate(formula, t=[0, 1, 2]), expected, rtol=1e-15)


def test_with_an_alpha_of_zero_the_rate_is_zero():
    multiple = Expression(formula="0.1").multiple_at(Times(T[:3], 3.0, np.array([0.0])))
    assert multiple.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("", "it is empty; write it like"),
        ("   ", "it is empty"),
        ("lr *", "it cannot be read .*; write it like lr"),
        ("lr * * 2", r"cannot be read at “\* 2”"),
        ("(lr", "cannot be read"),
        ("2t", "missing after 2, before “t”"),
        ("3.5lr + 1", "missing after 3.5, before “l”"),
        ("1_000", "missing after 1, before “_”"),
        ("t ^ 2", r"'\^' has no meaning in a formula; write \*\* for a power"),
        ("lr·2", "'·' has no meaning in a formula"),
        ("α", "'α' has no meaning"),
        ("t[0]", r"'\[' has no meaning"),
        ("'a' * 9", "has no meaning"),
        ("lambda: 0", "':' has no meaning"),
        ("x * lr", "x is not known; there are t, T, epoch, lr, pi, e and functions"),
        ("sin", "sin is a function; write sin\\(t\\)"),
        ("sinh(t)", "sinh is not a function here; there are sin, cos"),
        ("t(2)", "t is not a function here"),
        ("sin()", "sin takes one number, not 0"),
        ("sin(t, 2)", "sin takes one number, not 2"),
        ("min(t)", "min takes two numbers or more, not 1"),
        ("min(*t, 2)", r"“\*t” is not allowed"),
        ("max(a=1, b=2)", "is not allowed"),
        ("t and T", "“t and T” is not allowed; a formula has numbers"),
        ("not t", "“not t” is not allowed"),
        ("t is T", "“t is T” is not allowed"),
        ("t in T", "is not allowed"),
        ("t < T is lr", "is not allowed"),
        ("(t, T)", "is not allowed"),
        ("True", "“True” is not allowed"),
        ("None", "is not allowed"),
        ("...", "is not allowed"),
        ("1j", "missing after 1, before “j”"),
        ("~t", "'~' has no meaning"),
        ("t.real", "“t.real” is not allowed"),
        ("1 / 0", "1 / 0 is not a finite number"),
        ("log(0)", "log\\(0\\) is not a finite number"),
        ("9 ** 9 ** 9 ** 9", r"is not a finite number"),
        ("lr * 1e999", "a number in it is too large"),
        ("lr" + " + 1" * 60, "242 characters are given; there may be at most 200"),
        ("-" * 60 + "t", "more than 20 operations stand inside one another"),
        ("t await t", "cannot be read"),
        ("print(t)", "print is not a function here"),
    ],
)
def test_each_mistake_has_its_sentence(formula, reason):
    with pytest.raises(ExperimentError, match=reason) as error:
        parse({"schedule": {"kind": "expression", "formula": formula}})
    (problem,) = error.value.problems
    assert problem.path == "schedule.formula"
    assert problem.sentence.startswith("α(t): ")


@pytest.mark.parametrize(
    "attack",
    [
        "__import__('os').system('true')",
        "__import__",
        "().__class__.__bases__",
        "t.__class__",
        "(1).__class__",
        "sin.__globals__",
        "exec(t)",
        "eval(t)",
        "open(t)",
        "getattr(t, lr)",
        "9**9**9**9",
        "9**9**9**9**9**9*t",
        "10**400*t",
        "[t for t in T]",
        "{t: t}",
        "f'{t}'",
        "(t:=3)",
        "t; T",
        "t\nT",
        "yield t",
        "await t",
        "1" * 10_000_000,
        "(" * 1_000_000,
        "-" * 1_000_000 + "1",
        "t**" * 100_000 + "t",
        "\x00",
        "\ud800",
        "t\x0c",
    ],
    ids=lambda value: repr(value[:30]),
)
def test_what_is_no_formula_is_refused_at_once(attack):
    start = time.perf_counter()
    with pytest.raises(ValidationError) as error:
        Expression(formula=attack)
    assert time.perf_counter() - start < 0.5
    assert "string_unicode" in str(error.value) or error.value.errors()[0]["type"] == "value_error"


def harmless_or_refused(formula):
    """Finite rates, none below zero, or a sentence; never anything else."""
    try:
        schedule = Expression(formula=formula)
    except ValidationError:
        return
    t = np.array([0.0, 1.0, 7.5, 1e9])
    for lr in (0.0, 1e-320, 1e-3, 1e6):
        rates = lr * schedule.multiple_at(Times(t, 100.0, lr, lambda: t // 3))
        assert rates.shape == t.shape
        assert np.isfinite(rates).all()
        assert (rates >= 0.0).all()
        assert (rates <= 1e6 * (1.0 + 1e-12)).all()


@given(st.text(max_size=60))
@settings(max_examples=300)
@example("t" * MOST_CHARACTERS)
@example("t//0")
@example("t%0")
def test_any_text_is_a_harmless_formula_or_is_refused(text):
    harmless_or_refused(text)


pieces = st.sampled_from(
    [*"tT+-*/%()<>=!., 0123456789e", "lr", "epoch", "**", "//", "<=", "==", " if ", " else ", "1e9", "pi"]
    + [f"{name}(" for name in FUNCTIONS]
)


@given(st.lists(pieces, max_size=30).map("".join))
@settings(max_examples=500)
def test_any_pieces_of_formulas_are_a_harmless_formula_or_are_refused(text):
    harmless_or_refused(text)


terms = st.recursive(
    st.sampled_from(["t", "T", "lr", "epoch", "pi", "e", "2", "0.5", "1e-3", "0"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", ">="]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(st.sampled_from(sorted(set(FUNCTIONS) - {"min", "max"})), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        ),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
    ),
    max_leaves=8,
)


@given(terms)
@settings(max_examples=300)
def test_any_formula_is_harmless_and_gives_each_run_the_bits_it_gets_alone(text):
    harmless_or_refused(text)
    try:
        schedule = Expression(formula=text)
    except ValidationError:
        return
    t = np.arange(40.0)[:, None] + np.array([0.0, 5.0, 1000.0, 3.0, 77.0])
    lr = np.array([0.1, 0.37, 1e-5, 2.0, 1e-3])
    together = schedule.multiple_at(Times(t, 500.0, lr, lambda: t // 7))
    for run in range(5):
        own = t[:, [run]].copy()
        alone = schedule.multiple_at(Times(own, 500.0, lr[[run]], lambda own=own: own // 7))
        assert np.array_equal(alone[:, 0], together[:, run])
    for k in (0, 1, 39):
        row = t[[k]].copy()
        one = schedule.multiple_at(Times(row, 500.0, lr, lambda row=row: row // 7))
        assert np.array_equal(one[0], together[k])


def test_a_formula_asks_for_the_epoch_only_if_it_names_it():
    def never():
        raise AssertionError("nobody needs the epoch")

    Expression(formula="lr / (1 + t)").multiple_at(Times(T, 1000.0, 0.1, never))
    with pytest.raises(AssertionError):
        Expression(formula="lr / (1 + epoch)").multiple_at(Times(T, 1000.0, 0.1, never))


def test_a_formula_knows_the_names_in_it_and_is_read_once():
    assert read("lr * t / T").names == {"lr", "t", "T"}
    assert read("1 + pi").names == set()
    assert read("lr * t / T") is read("lr * t / T")
    assert evaluate(read("1 + 1"), {}) == 2.0
