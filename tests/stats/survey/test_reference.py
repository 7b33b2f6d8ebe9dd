"""R's package survey 4.4.2 on real samples: each value that it gave is ours."""

import json
import re
from typing import Any

import pandas as pd
import pytest

from observlib.stats.survey.association import difference, independence, regression
from observlib.stats.survey.design import design
from observlib.stats.survey.estimation import mean, ratio, total
from observlib.stats.survey.proportions import proportion, proportions, quantiles
from observlib.stats.survey.weighting import CalibrationMethod, calibrate, effective_n

SCHOOLS = {
    "stype": pd.Series({"E": 4421, "H": 755, "M": 1018}),
    "sch.wide": pd.Series({"No": 1072, "Yes": 5122}),
}
Found = dict[str, dict[str, Any]]  # by the label that R gives to a row


def labelled(frame: pd.DataFrame, *columns: str, before: str = "") -> Found:
    """The rows of a frame by the texts of some columns."""
    labels = frame[[*columns]].astype(str).agg("".join, axis=1) if columns else [""] * len(frame)
    return dict(zip((before + one for one in labels), frame.to_dict("records"), strict=True))


def coefficients(frame: pd.DataFrame) -> Found:
    return labelled(frame.replace({"(intercept)": "(Intercept)"}), "driver", "value")


def of_weights(weights: Any) -> Found:
    first = {"first5": [*weights[:5]], "sum": weights.sum()}
    return {"": {"ci_low": weights.min(), "ci_high": weights.max(), **first}}


@pytest.fixture(scope="module")
def ours(apistrat, apiclus1, hdv2003) -> dict[str, Found]:
    strat = design(apistrat, weights="pw", strata="stype", population="fpc")
    hdv = design(hdv2003, weights="poids")
    methods: dict[CalibrationMethod, Any] = {"raking": None, "linear": None, "logit": (0.5, 2.0)}
    weighed, clus = {}, {}
    for how, ends in methods.items():
        weighed[how] = calibrate(apiclus1, SCHOOLS, weights="pw", method=how, bounds=ends)
        clus[how] = design(apiclus1, clusters="dnum", population="fpc", calibration=weighed[how])
    drawn = design(apiclus1, weights="pw", clusters="dnum", population="fpc")
    trimmed = calibrate(apiclus1, SCHOOLS, weights="pw", trim=(20, 45))
    assert trimmed.trimmed == (trimmed.weights > 44.999).sum()
    tests = {
        "strat_chisq": independence(strat, "awards", "stype"),
        "hdv_chisq": independence(hdv, "sport", "sexe"),
    }
    plays = proportion(hdv, "sport", "Oui", by="sexe")
    awards = proportions(strat, "awards", method="mean")
    logit = regression(strat, "awarded", ["api00", "ell", "stype"], family="logistic")
    return {
        "strat_mean": labelled(mean(strat, "api00")),
        "strat_mean_nofpc": labelled(mean(design(apistrat, weights="pw", strata="stype"), "api00")),
        "strat_total": labelled(total(strat, "enroll")),
        "strat_prop": labelled(awards, "value", before="awards"),
        "strat_ratio": labelled(ratio(strat, "api.stu", "enroll")),
        "strat_domain": labelled(mean(strat, "api00", by="stype"), "stype"),
        "strat_domain_cross": labelled(mean(strat, "api00", by="sch.wide"), "sch.wide"),
        "strat_ciprop_logit": labelled(proportion(strat, "awards", "Yes")),
        "strat_ciprop_xlogit": labelled(proportion(strat, "awards", "Yes")),
        "strat_ciprop_beta": labelled(proportion(strat, "awards", "Yes", method="beta")),
        "strat_ciprop_mean": labelled(proportion(strat, "awards", "Yes", method="mean")),
        "strat_deff": {"": {"estimate": mean(strat, "api00")["deff"][0]}},
        "strat_ttest": {"": difference(strat, "api00", "awards", "Yes", "No")._asdict()},
        **{name: {"": {**test._asdict(), "estimate": test.f}} for name, test in tests.items()},
        "strat_logit": coefficients(logit),
        "clus_mean": labelled(mean(drawn, "api00")),
        "clus_rake_mean": labelled(mean(clus["raking"], "api00")),
        "clus_rake_total": labelled(total(clus["raking"], "enroll")),
        "clus_rake_weights": of_weights(weighed["raking"].weights),
        "clus_calibrate_raking_mean": labelled(mean(clus["raking"], "api00")),
        "clus_calibrate_raking_weights": of_weights(weighed["raking"].weights),
        "clus_linear_mean": labelled(mean(clus["linear"], "api00")),
        "clus_logit_mean": labelled(mean(clus["logit"], "api00")),
        "clus_logit_ratio": of_weights(weighed["logit"].g),
        "clus_trim": of_weights(trimmed.weights),
        "hdv_age": labelled(mean(hdv, "age")),
        "hdv_sexe": labelled(proportions(hdv, "sexe", method="mean"), "value", before="sexe"),
        "hdv_sport_by_sexe": labelled(plays, "sexe"),
        "hdv_logit": coefficients(regression(hdv, "plays", ["age", "sexe"], family="logistic")),
        "hdv_kish": {"": {"estimate": effective_n(hdv2003["poids"].to_numpy())}},
        "hdv_quantile": labelled(quantiles(hdv, "age", [0.25, 0.5, 0.75]), "p"),
    }


def test_each_value_that_r_gave_of_real_samples_is_ours(shared_data, ours):
    path = shared_data.parent / "reference" / "survey_reference.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert {row["id"] for row in rows} == ours.keys()
    for row in rows:
        label = re.search(r"(?:\[|p=)([\w.()]+)\]?$", row["what"])
        found = ours[row["id"]][label[1] if label and len(ours[row["id"]]) > 1 else ""]
        iterative = row["id"].startswith("clus_") or "logit" in row["id"]
        for name, value in {**row, **(row["extra"] or {})}.items():
            if name in found and value is not None:
                expected = pytest.approx(value, rel=1e-5 if iterative else 1e-6)
                assert found[name] == expected, (row["id"], name)
