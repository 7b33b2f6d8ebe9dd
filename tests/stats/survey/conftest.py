"""Real samples that come with R's survey package and with its courses."""

from pathlib import Path

import pandas as pd
import pytest

from observlib.stats.survey.design import Design, design, within_domain
from observlib.stats.survey.weighting import calibrate


@pytest.fixture(scope="session")
def apistrat(shared_data: Path) -> pd.DataFrame:
    """200 schools, stratified by level."""
    frame = pd.read_csv(shared_data / "survey_weighted" / "apistrat.csv", encoding="utf-8")
    return frame.assign(awarded=frame["awards"] == "Yes")


@pytest.fixture(scope="session")
def calibrated_census(apistrat: pd.DataFrame) -> Design:
    """The same, all 50 high schools asked, calibrated to a margin: in R

    d <- svydesign(~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
    r <- calibrate(d, ~sch.wide, c(`(Intercept)` = 5489, sch.wideYes = 4500), calfun = "raking")
    """
    high = apistrat["stype"] == "H"
    frame = apistrat.assign(fpc=apistrat["fpc"].mask(high, 50), pw=apistrat["pw"].mask(high, 1))
    calibration = calibrate(frame, {"sch.wide": pd.Series({"No": 989, "Yes": 4500})}, weights="pw")
    whole = design(frame, strata="stype", population="fpc", calibration=calibration)
    return within_domain(whole, high)


@pytest.fixture(scope="session")
def apiclus1(shared_data: Path) -> pd.DataFrame:
    """183 schools of 15 districts."""
    return pd.read_csv(shared_data / "survey_weighted" / "apiclus1.csv", encoding="utf-8")


@pytest.fixture(scope="session")
def hdv2003(shared_data: Path) -> pd.DataFrame:
    """2,000 people with unequal weights."""
    path = shared_data / "survey_weighted" / "hdv2003.csv"
    frame = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8")
    return frame.assign(plays=frame["sport"] == "Oui")
