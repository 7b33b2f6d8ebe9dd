"""Designed samples drawn at random: each value is that of R's package `survey`, run on them here.

`against_r.R` says which calls of R are meant. Where R differs on purpose, the docstring of the
function says so, and the script computes what its sources ask for.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from observlib.stats.survey.association import difference, independence, regression
from observlib.stats.survey.design import Design, design, within_domain
from observlib.stats.survey.estimation import mean
from observlib.stats.survey.proportions import proportion, quantiles
from observlib.stats.survey.weighting import calibrate, trim_weights

Values = dict[tuple[str, str], float]  # by part of the sample and name
CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("against_r.yml").read_text(encoding="utf-8")
)
FAST = ("stratified", "stratified clusters", "raking")
DOMAINS = ["p", "q"]


def cases(*names: str) -> Any:
    """A test of some cases; those that are not among the quick ones are slow."""
    marked = [pytest.param(x, marks=[pytest.mark.slow] * (x not in FAST)) for x in names]
    return pytest.mark.parametrize("case", marked)


@cache
def draw(case: str) -> pd.DataFrame:
    """720 answers of 4 strata of 9 towns, some of them unknown; all the designs' columns."""
    chance = np.random.default_rng(2026 + [*CASES].index(case))
    n = 720
    stratum, pool = chance.integers(1, 5, n), chance.integers(1, 10, n)
    alike = chance.normal(0, 0.7, 50)[stratum * 10 + pool]
    x = chance.gamma(3, 2, n).round(3) + 0.1
    answer = chance.choice(["u", "v", "w"], n, p=[0.5, 0.3, 0.2])
    odds = 0.1 * x + alike + (answer == "v") - 1.2
    w = chance.lognormal(1, 0.6, n).round(4) + 1
    y = (5 + alike + 0.3 * x + chance.normal(0, 2, n)).round(1)
    yes = (chance.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    group = chance.choice(["man", "woman"], n)
    # all of the first stratum or of one town may be in q, and nobody else
    domain = np.where((stratum == 1) | ((stratum == 2) & (pool == 1)), "q", "p")
    known = {"y": y, "x": x, "yes": yes, "answer": answer, "group": group, "domain": domain}
    frame = pd.DataFrame(known)
    for name in frame:
        frame[name] = frame[name].where(chance.random(n) > 0.06)
    frame = frame.assign(w=w, normed=w / w.mean(), holes=np.where(chance.random(n) < 0.1, 0, w))
    frame = frame.assign(stratum=stratum, town=stratum * 10 + pool)
    region = chance.choice(["A", "B", "C", "D"], n, p=[0.4, 0.3, 0.2, 0.1])
    return frame.assign(region=region, sex=chance.choice(["F", "H"], n))


def targets(frame: pd.DataFrame) -> pd.DataFrame:
    """The population that a sample is calibrated to, somewhat unlike it."""
    people = frame["w"].sum()
    shares = {"region": {"A": 0.37, "B": 0.3, "C": 0.23, "D": 0.1}, "sex": {"F": 0.53, "H": 0.47}}
    rows = [(name, kind, people * p) for name, of in shares.items() for kind, p in of.items()]
    return pd.DataFrame(rows, columns=["margin", "category", "target"])


@cache
def described(name: str) -> Design:
    """A case as this library describes it."""
    frame, told = draw(name), dict(CASES[name])
    if told.pop("calibration", None) is None:
        return design(frame, **told)
    aims = targets(frame).set_index("category")
    margins = {of: rows["target"] for of, rows in aims.groupby("margin", sort=False)}
    found = calibrate(frame, margins, weights=told.pop("weights"))
    return design(frame, calibration=found, **told)


def write(folder: Path, names: list[str]) -> None:
    """What `against_r.R` reads."""
    rows = []
    for name in names:
        case, frame = CASES[name], draw(name)
        frame.to_csv(folder / f"{name}.csv", index=False)
        if "calibration" in case:
            targets(frame).to_csv(folder / f"{name}_margins.csv", index=False)
        row = dict.fromkeys(["weights", "strata", "clusters", "calibration"])
        rows.append({**row, **case, "case": name})
    pd.DataFrame(rows).to_csv(folder / "cases.csv", index=False)


@pytest.fixture(scope="module")
def r_values(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Values]:
    """What R gives of a case and statistic."""
    r = shutil.which("Rscript")
    if r is None:
        pytest.skip("no Rscript on PATH: nothing is compared with R (Debian's r-base-core)")

    @cache
    def run(fast: bool) -> dict[tuple[str, str], pd.DataFrame]:
        folder = tmp_path_factory.mktemp("against_r")
        write(folder, [name for name in CASES if (name in FAST) == fast])
        command = [r, Path(__file__).with_name("against_r.R"), folder]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        if done.returncode == 3:
            pytest.skip("R has not its packages survey and MASS (Debian's r-cran-survey, -mass)")
        assert done.returncode == 0, done.stderr
        read = pd.read_csv(folder / "r.csv", dtype=dict.fromkeys(["part", "name"], str))
        return dict(iter(read.groupby(["case", "statistic"])))

    def find(case: str, statistic: str) -> Values:
        of = run(case in FAST)[case, statistic]
        return dict(zip(zip(of["part"], of["name"], strict=True), of["value"], strict=True))

    return find


def parts(made: Design) -> Iterator[tuple[str, Design]]:
    yield "all", made
    for name in DOMAINS:
        yield name, within_domain(made, made.frame["domain"] == name)


Named = dict[str, Any]  # what is found of a part of the sample


def found_quantiles(made: Design) -> Named:
    rows = quantiles(made, "y", [0.2, 0.5, 0.75]).to_dict("records")
    return {f"{row['p']:g} {name}": row[name] for row in rows for name in INTERVAL}


def coefficients(made: Design) -> Named:
    table = regression(made, "y", ["x", "answer", "group"])
    terms = (table["driver"] + table["value"]).replace("(intercept)", "(Intercept)")
    rows = zip(terms, table.to_dict("records"), strict=True)
    return {f"{term} {name}": row[name] for term, row in rows for name in row}


INTERVAL = ("estimate", "se", "ci_low", "ci_high")
FOUND: dict[str, Callable[[Design], Named]] = {
    "mean": lambda made: mean(made, "y").iloc[0].to_dict(),
    "share logit": lambda made: proportion(made, "yes", 1).iloc[0].to_dict(),
    "share wilson": lambda made: proportion(made, "yes", 1, method="wilson").iloc[0].to_dict(),
    "quantiles": found_quantiles,
    "independence": lambda made: independence(made, "answer", "group")._asdict(),
    "difference": lambda made: difference(made, "y", "group", "woman", "man")._asdict(),
    "regression": coefficients,
}


@pytest.mark.parametrize("statistic", FOUND)
@cases(*(name for name in CASES if name != "rake"))
def test_a_drawn_sample_gives_the_values_of_r(r_values, case, statistic):
    expected = r_values(case, statistic)
    found = {part: FOUND[statistic](made) for part, made in parts(described(case))}
    assert {part for part, _ in expected} == found.keys()
    for key, value in expected.items():
        rel = 1e-5 if "calibration" in CASES[case] else 1e-8 if key[1] == "estimate" else 1e-6
        assert found[key[0]][key[1]] == pytest.approx(value, rel=rel), key


@cases(*(name for name in CASES if "calibration" in CASES[name]))
def test_calibrated_weights_are_those_of_r(r_values, case):
    expected = list(r_values(case, "weights").values())
    assert described(case).weights == pytest.approx(expected, rel=1e-5)
    assert described(case).weights != pytest.approx(draw(case)["w"], rel=0.01)


@cases("stratified", "stratified with weights of 0", "raking", "rake")
def test_trimmed_weights_are_those_of_r(r_values, case):
    lower, upper = r_values(case, "bounds").values()
    expected = list(r_values(case, "trimmed weights").values())
    found = trim_weights(described(case).weights, lower, upper)
    assert found == pytest.approx(expected, rel=1e-5 if "calibration" in CASES[case] else 1e-8)
    assert np.isclose(found, upper).sum() > 20


def test_domains_that_are_asked_together_are_each_as_it_is_alone():
    made, ends = described("raking"), [*INTERVAL]
    marks = mean(made, "y", by="domain").set_index("domain")
    shares = proportion(made, "yes", 1, by="domain").set_index("domain")
    for name in DOMAINS:
        alone = within_domain(made, made.frame["domain"] == name)
        assert [*marks.loc[name, ends]] == pytest.approx([*mean(alone, "y").loc[0, ends]])
        assert [*shares.loc[name, ends]] == pytest.approx(
            [*proportion(alone, "yes", 1).loc[0, ends]]
        )
