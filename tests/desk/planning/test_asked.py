"""Minutes asked of people are those of the questions that they answered."""

import pandas as pd
import pytest

from observlib.base.period import Quarter
from observlib.desk.planning import SECONDS, asked

QUARTERS = [Quarter(2026, 3)]


def test_a_panels_fifteen_minutes_hold_85_closed_questions():
    assert 85 * SECONDS == 15 * 60


def test_whoever_answers_half_of_the_questions_gave_half_of_the_minutes(catalogue):
    people = pd.DataFrame({"person": range(200), "quarter": "2026-T3", "clarity": 4.0})
    people["nps"] = people["person"].map(lambda i: 9.0 if i < 100 else None)
    before = people.assign(quarter="2026-T2")
    told = asked(
        catalogue.devices["enquete-service-public"],
        catalogue,
        pd.concat([people, before]),
        QUARTERS,
    )
    assert told["people"] == 200 and told["questions"] == 1.5 and told["open"] == 1
    assert told["minutes"] == pytest.approx(1.5 * SECONDS / 60)
    assert told["hours"] == pytest.approx(200 * 1.5 * SECONDS / 3600)


def test_a_form_whose_texts_are_read_asks_one_and_a_telephone_that_takes_none_does_not(catalogue):
    nobody = pd.DataFrame({"person": [], "quarter": []})
    for device, texts in (("jdma-legifrance", 1), ("satisfaction-3939", 0)):
        told = asked(catalogue.devices[device], catalogue, nobody, QUARTERS)
        assert (told["open"], told["people"], told["minutes"]) == (texts, 0, 0)
