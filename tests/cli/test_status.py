"""`observ status` and `observ catalogue` tell what is corrected and expected, or what is wrong."""

import json
import re

import pytest
from tests.records.test_corrections import write as write_correction

from observlib.edition import new_study


def test_what_is_corrected_and_expected_is_told_to_people_and_to_machines(observ, demonstration):
    _, out, _ = observ("status", "--data", demonstration)
    assert "boamp-mois-double: open, audience-boamp, 2025-02-01 to 2025-02-28; told by" in out
    assert "accueil-telephonique: exploratory, as it was written after the end of" in out
    assert "reponses-plus-claires: announced; first seen on" in out
    _, out, _ = observ("status", "--json", "--data", demonstration)
    told = json.loads(out)
    (one,) = told["corrections"]
    assert (one["status"], one["provider"]) == ("open", "équipe des annonces")
    assert set(told["expectations"]) == {"accueil-telephonique", "reponses-plus-claires"}


def test_catalogue_lists_them_and_a_wrong_one_is_a_line_and_no_traceback(
    observ, demonstration, tmp_path
):
    code, out, _ = observ("catalogue", "--data", demonstration)
    assert code == 0 and "corrections: boamp-mois-double" in out
    assert "expectations: accueil-telephonique, reponses-plus-claires" in out
    path = write_correction(tmp_path, status="done")
    code, _, err = observ("catalogue", "--data", tmp_path)
    assert code == 1 and err.startswith(f"observ: {path}:12: 'double': status")
    assert len(err.splitlines()) == 1


STALE = {"calls": "the library", "polls": "fresh", "new": "never executed"}


@pytest.mark.parametrize(
    ("found", "code"), [(STALE, 1), ({"calls": "executed outside"}, 1), ({"polls": "fresh"}, 0)]
)
def test_whoever_reads_a_notebook_is_told_whether_it_shows_what_would_be_made_now(
    observ, monkeypatch, found, code
):
    monkeypatch.setattr(new_study, "states", lambda root: found)
    done, out, err = observ("status", "--notebooks")
    rows = dict(re.findall(r"(?m)^ +(\w+)  +(\S.*?) *$", out))
    assert done == code and found.items() <= rows.items()
    assert len(err.splitlines()) == code and ("`make notebooks`" in err) == bool(code)
    done, out, _ = observ("status", "--notebooks", "--json")
    assert done == code and json.loads(out) == {"notebooks": found}


def test_whoever_names_other_data_than_those_of_notebooks_is_told_so(observ, tmp_path):
    code, _, err = observ("status", "--notebooks", "--data", tmp_path)
    assert code == 2 and "--data" in err and len(err.splitlines()) == 1
