"""Regression of an outcome on drivers, with errors of the design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtr, xlogy

from observlib.errors import ObservError, bounded
from observlib.survey.design import Design, Floats, within
from observlib.survey.estimation import half_width, numbers
from observlib.survey.linearisation import covariance, degrees_of_freedom

Family = Literal["linear", "logistic"]


def regression(
    design: Design,
    outcome: str,
    drivers: Sequence[str],
    *,
    family: Family = "linear",
    level: float = 0.95,
) -> pd.DataFrame:
    """Coefficients of a linear or logistic regression, and what the design leaves unsure of them.

    Weighted estimating equations, and their linearised variance: D. A. Binder, "On the variances
    of asymptotically normal estimators from complex surveys", *International Statistical Review*
    51 (1983), 279–292. As R's `svyglm`, with `gaussian` and `quasibinomial`.

    Parameters
    ----------
    design
        What `design.design` or `design.within` gave.
    outcome
        Column of numbers; for a logistic regression, of true and false, or of 1 and 0.
    drivers
        Columns of numbers, taken as they are, or of answers, each compared with the first: the
        first category of a categorical column, else the first in order.
        Rows where the outcome or a driver is unknown are left out.
    family
        `logistic` gives log odds.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        One row a coefficient: `driver` (`(intercept)` first), `value` (the answer; empty for a
        number), `estimate`, `se`, `ci_low`, `ci_high`, `t`, `df`, `p`, `n` (rows used). df are
        the sampled units less strata, plus 1, less the coefficients.

    Raises
    ------
    ObservError
        Where no row is known, drivers say the same thing twice or leave nothing to compare, the
        outcome is not of 0 and 1, drivers separate it perfectly, or degrees of freedom run out.

    Examples
    --------
    >>> from observlib.survey.design import design
    >>> frame = pd.DataFrame({"mark": [8, 7, 5, 3], "wait": [0, 1, 2, 3], "site": list("abab")})
    >>> found = regression(design(frame), "mark", ["wait"])
    >>> found[["driver", "estimate"]].round(2).values.tolist()
    [['(intercept)', 8.3], ['wait', -1.7]]
    """
    if family not in get_args(Family):
        raise ValueError(f"family is one of {', '.join(get_args(Family))}, not {family!r}")
    if absent := [name for name in (outcome, *drivers) if name not in design.frame.columns]:
        raise ValueError(f"the frame has no column {bounded(absent)}")
    values = numbers(design, outcome)
    known = design.frame[[outcome, *drivers]].notna().all(axis=1).to_numpy()
    used = within(design, known & (design.weights > 0))
    rows = used.domain
    if not rows.any():
        raise ObservError(f"regression of {outcome}: no row where it and its drivers are known")
    terms, columns = _columns(used, drivers)
    _check(outcome, values[rows], columns, terms, family)
    y, weights = values[rows], used.weights[rows] / used.weights[rows].mean()
    fit = _logistic if family == "logistic" else _linear
    estimate, residuals, information = fit(y, columns, weights, outcome)

    scores = np.zeros((len(rows), len(terms)))
    # the weights in `information` are relative, those of the variance are not
    scores[rows] = columns * residuals[:, None] @ np.linalg.inv(information)
    scores /= used.weights[rows].mean()
    se = np.sqrt(np.diag(covariance(used, scores)))
    free = int(degrees_of_freedom(used, np.where(rows, 0, -1), 1)[0])
    df = free + 1 - len(terms)
    if df < 1:
        raise ObservError(
            f"regression of {outcome}: {len(terms)} coefficients are too many for {free} degrees"
            " of freedom (sampled units less strata); take fewer drivers"
        )
    half = half_width(se, np.full(len(se), df), level)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
    return pd.DataFrame(terms, columns=["driver", "value"]).assign(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        t=t,
        df=df,
        p=2 * stdtr(df, -np.abs(t)),
        n=int(rows.sum()),
    )


def _columns(design: Design, drivers: Sequence[str]) -> tuple[list[tuple[str, object]], Floats]:
    """The terms of a model and their columns, of the rows of the domain (n, terms)."""
    frame = design.frame.loc[design.domain]
    terms: list[tuple[str, object]] = [("(intercept)", "")]
    columns: list[Floats] = [np.ones(len(frame))]
    for name in drivers:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            terms.append((name, ""))
            columns.append(numbers(design, name)[design.domain])
            continue
        answers = pd.Categorical(column).remove_unused_categories()
        for code, answer in enumerate(answers.categories[1:], start=1):
            terms.append((name, answer))
            columns.append((answers.codes == code).astype(float))
    return terms, np.column_stack(columns)


def _check(
    outcome: str, y: Floats, columns: Floats, terms: list[tuple[str, object]], family: Family
) -> None:
    problems = []
    if family == "logistic" and (other := sorted(set(y) - {0.0, 1.0})):
        problems.append(
            f"column {outcome}: a logistic outcome is 1 or 0, true or false, not {bounded(other)}"
        )
    elif y.min() == y.max():
        problems.append(f"column {outcome}: the same for all {len(y)} rows: nothing to explain")
    # a column that those before it already give (R's qr, in order)
    scale = np.linalg.norm(columns, axis=0)
    triangle = np.abs(np.diag(np.linalg.qr(columns / np.where(scale > 0, scale, 1.0), mode="r")))
    redundant = [term for term, left in zip(terms, triangle, strict=False) if left < 1e-9]
    redundant += terms[len(triangle) :]
    if redundant:
        names = bounded(f"{name} {value}".strip() for name, value in redundant)
        problems.append(
            f"regression of {outcome}: constant, or given by the drivers before: {names}; leave out"
        )
    if problems:
        raise ObservError(*problems)


def _linear(
    y: Floats, columns: Floats, weights: Floats, outcome: str
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, residuals and information matrix of weighted least squares."""
    root = np.sqrt(weights)
    estimate = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
    return estimate, y - columns @ estimate, (columns * weights[:, None]).T @ columns


def _logistic(
    y: Floats, columns: Floats, weights: Floats, outcome: str
) -> tuple[Floats, Floats, Floats]:
    """The same of a weighted logistic regression, by iteratively reweighted least squares.

    It starts and stops as R's `glm` does, and like it takes the last step's weights for the
    variance: iterating to the end instead moves standard errors by up to one in 10,000.
    """
    fitted = (weights * y + 0.5) / (weights + 1)
    linear, deviance = logit(fitted), np.inf
    for _ in range(30):
        slope = fitted * (1 - fitted)
        root = np.sqrt(weights * slope)
        target = linear + (y - fitted) / slope
        estimate = np.linalg.lstsq(columns * root[:, None], target * root, rcond=None)[0]
        linear = columns @ estimate
        fitted, before = expit(linear), deviance
        deviance = -2 * float(weights @ (xlogy(y, fitted) + xlogy(1 - y, expit(-linear))))
        if abs(deviance - before) < 1e-8 * (abs(deviance) + 0.1):
            break
    information = (columns * root[:, None] ** 2).T @ columns
    # with answers that go with one outcome only, coefficients grow by about 1 at each step
    step = np.linalg.lstsq(information, columns.T @ (weights * (y - fitted)), rcond=None)[0]
    if np.abs(columns @ step).max() > 0.01:
        raise ObservError(
            f"regression of {outcome}: no finite coefficients; an answer to a driver goes with"
            " one outcome only: group answers, or leave the driver out"
        )
    return estimate, (y - fitted) / (fitted * (1 - fitted)) * slope, information
