"""`observ status` and `observ catalogue` tell what is corrected and expected, or what is wrong."""

import json

from tests.test_corrections import write as write_correction


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
