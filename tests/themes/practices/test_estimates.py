"""Sheets are counted by what they are about, each where it belongs and nowhere else."""

from datetime import date

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.records.practices import Practices, Sheet
from observlib.themes import practices

Q = Quarter(2026, 3)
TOOLS, METHODS = {"a": "Outil A", "b": "Outil B"}, {"m": "Méthode M"}


def sheet(slug: str, **keys: object) -> Sheet:
    front = {
        "title": "Une fiche", "department": "annonces", "tool": "a", "date": date(2026, 1, 1),
        "contact": "pôle études", "verdict": "à éviter", "cost": "rien", "redo": "tout",
        "avoid": "rien",
    }  # fmt: skip
    return Sheet.model_validate({**front, **keys, "slug": slug, "body": "Un récit."})


def counted(catalogue: Catalogue, *sheets: Sheet) -> dict[tuple[str, str], float]:
    frame = practices.counts(Practices(sheets, TOOLS, METHODS), catalogue, Q)
    return {(row["group"], row["group_value"]): row["estimate"] for row in frame.to_dict("records")}


def test_each_sheet_counts_under_its_tool_method_department_verdict_and_origin(catalogue):
    found = counted(
        catalogue,
        sheet("une", method="m"),
        sheet("deux", tool="b", verdict="à refaire"),
        sheet("trois", tool=None, method="m", invented=True),
    )
    assert found == {
        ("", ""): 3, ("tool", "Outil A"): 1, ("tool", "Outil B"): 1, ("method", "Méthode M"): 2,
        ("department", "Annonces légales et marchés publics"): 3, ("verdict", "à refaire"): 1,
        ("verdict", "à éviter"): 2, ("origin", "Nos équipes"): 2,
        ("origin", "Exemples inventés"): 1,
    }  # fmt: skip
    assert [value for group, value in found if group == "verdict"] == ["à refaire", "à éviter"]


def test_without_sheets_there_is_no_estimate(catalogue):
    assert counted(catalogue) == {}


def test_their_source_changes_with_what_they_say():
    one, other = sheet("une"), sheet("une", redo="autre chose")
    assert Practices((one,)).digest == Practices((sheet("une"),)).digest
    assert Practices((one,)).digest != Practices((other,)).digest
