"""Whatever cell of an export holds personal data, neither the store nor a message does."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
import yaml
from tests.loaders.test_every_loader import EXPORTS, OTHERS, Export
from tests.loaders.test_open_data import CELLS, SHEET

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device
from observlib.loaders import load
from tools.demo.formats import workbook

pytestmark = pytest.mark.slow
TOLD = yaml.safe_load(Path(__file__).with_name("persons.yml").read_text(encoding="utf-8"))
PERSONS = [
    "zoe.martin@exemple.invalid", "zoe.martin (at) exemple.invalid", "06 12 34 56 78", "0612345678",
    "+33 (0)6 12.34.56.78", "06/12/34/56/78", "1 85 05 78 006 084 91", "185057800608491",
    "1850578006084", "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606",
    "4111 1111 1111 1111", "4111111111111111", "3023217600053", "Chez Mme Zoé Martin"
]  # fmt: skip
PLATE = "AB-123-CD"
KEYLESS = "1850578006084"  # which as an identifier may be a moment in milliseconds
CITING = ("lib_fs", "Titre", "source")  # in titles and places, names stand that are no user's
NAMES = ["Zoé Martin", "MARTIN Zoé", "Martin, Zoé"]
EVERY = pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
OF_PERSONS = {  # a loader whose rows are what one person did, and its identifier's header
    "calls": "Identifiant", "tickets": "Numéro", "jdma": "Identifiant Avis", "limesurvey": "id",
    "plain_csv of ratings": "answer_id", "user_tests": "participant",
    "services_publics_plus": "ID expérience", "touchpoints": "ID",
}  # fmt: skip
SLOW = {"spss_stata": 20, "demarches": 6, "workshops": 4}  # one in so many
Survey = Callable[..., tuple[Device, Catalogue]]


def known(loader: str, table: str | None, catalogue: Catalogue, survey: Survey) -> Any:
    if loader in ("limesurvey", "spss_stata"):
        return survey(loader)
    device, _ = survey(loader)
    own = next((d for d in catalogue.devices.values() if d.loader == loader), device)
    if loader in EXPORTS or table:
        own = device.model_copy(update={"table": table, "questionnaire": None})
    return own, catalogue


def kept_and_told(path: Path, device: Device, catalogue: Catalogue) -> tuple[str, str]:
    """What is kept of a file, and what is said of it."""
    try:
        found = load(path, device, catalogue)
    except ObservError as error:
        return "", str(error).replace(str(path), "")
    return found.rows.to_csv(), found.rejects.to_csv() + "\n".join(found.notices)


def compact(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def hold(text: str, persons: list[str]) -> list[str]:
    return [person for person in persons if compact(person) in compact(text)]


def columns_filled(export: Export, persons: list[str]) -> Iterator[tuple[str, str]]:
    """The export with each column full of persons, each in a copy of its rows with another key."""
    for column, name in enumerate(export.header):
        rows = []
        for number, person in enumerate(persons):
            for row in map(list, export.rows):
                if export.key is not None:
                    row[export.key] += str(10 + number)
                row[column] = person
                rows.append(row)
        yield name, export.text(*export.rows, *rows)


@EVERY
def test_no_cell_brings_a_person_into_the_store_or_a_message(export, tmp_path, catalogue, survey):
    device, catalogue = known(export.loader, export.table, catalogue, survey)
    path = tmp_path / "export_2026-03.csv"
    for name, text in columns_filled(export, [*NAMES, PLATE, *PERSONS]):
        path.write_text(text, encoding="utf-8")
        persons = [PLATE, *PERSONS[:-1]] if name in CITING else [*NAMES, PLATE, *PERSONS]
        if name in OF_PERSONS.values():
            persons = [person for person in persons if person not in (KEYLESS, PLATE)]
        for what in kept_and_told(path, device, catalogue):
            assert not hold(what, persons), name


@EVERY
def test_no_header_that_is_a_person_is_printed(export, tmp_path, catalogue, survey):
    device, catalogue = known(export.loader, export.table, catalogue, survey)
    path = tmp_path / "export_2026-03.csv"
    persons = [*NAMES, *PERSONS]  # messages show the first few
    for column in range(len(export.header) + 1):
        header = [*export.header, "Remarques"]
        header[column : column + 1] = persons
        rows = [
            [*row[:column], *[""] * len(persons), *row[column + 1 :], ""] for row in export.rows
        ]
        rows = [row[: len(header)] + [""] * (len(header) - len(row)) for row in rows]
        path.write_text(export.text(*rows, header=header), encoding="utf-8")
        for what in kept_and_told(path, device, catalogue):
            assert not hold(what, persons), column


@pytest.mark.parametrize("name", OF_PERSONS)
def test_no_name_identifies_what_one_person_did(name, tmp_path, catalogue, survey):
    export, people = EXPORTS[name], [*NAMES, "martin.zoe", "zmartin", "Zoé-Martin", "Martin"]
    device, catalogue = known(export.loader, export.table, catalogue, survey)
    place = export.header.index(OF_PERSONS[name])
    rows = [export.spoiled(n, {place: person}) for n, person in enumerate(people)]
    path = tmp_path / "export_2026-03.csv"
    path.write_text(export.text(*export.rows, *rows), encoding="utf-8")
    kept, told = kept_and_told(path, device, catalogue)
    assert not hold(kept, people) and not hold(told, people)
    assert kept.count("\n") > 1 and "\n" in told


def others(person: str) -> dict[str, list[Any]]:
    """Contents of the exports that are no tables of texts, each with a person in one place."""
    answers = {"id": ["1"], "submitdate": ["2026-03-12 10:00:00"], "Q01": ["5"], "Q05": ["A1"]}
    title = person.replace("/", " ")[:31]
    told = {name: [one.replace("PERSON", person) for one in own] for name, own in TOLD.items()}
    return told | {
        "demarches": [
            *((SHEET, [[*CELLS], [*(CELLS | {name: person}).values()]]) for name in CELLS),
            (SHEET, [[person, *[*CELLS][1:]], [*CELLS.values()]]),
            (title, [[*CELLS], [*CELLS.values()]]), (title, [[person]]),
        ],
        "spss_stata": [
            *(pd.DataFrame(answers | {name: [person]}) for name in answers),
            pd.DataFrame({"id": ["1"], "submitdate": [""], "Q05": ["A1"], "Q99": [person]}),
        ],
    }  # fmt: skip


@pytest.mark.parametrize("loader", sorted(OTHERS))
def test_no_place_of_other_exports_brings_a_person_in(loader, tmp_path, catalogue, survey):
    device, catalogue = known(loader, None, catalogue, survey)
    persons = PERSONS[3 :: SLOW.get(loader, 1)]
    for person in persons:
        for content in others(person)[loader]:
            path = tmp_path / "export_2026-03.json"
            if isinstance(content, pd.DataFrame):
                path = tmp_path / "export_2026-03.sav"
                label = {content.columns[-1]: person}
                pyreadstat.write_sav(content, path, column_labels=label)
            elif isinstance(content, tuple):
                path = tmp_path / "export_2026-03.xlsx"
                path.write_bytes(workbook(*content))
            else:
                path.write_text(content, encoding="utf-8")
            for what in kept_and_told(path, device, catalogue):
                assert not hold(what, [person]), content


def test_who_tells_is_a_word_of_the_list_or_autre_which_a_notice_tells(tmp_path, catalogue, survey):
    export = EXPORTS["services_publics_plus"]
    device, catalogue = known(export.loader, None, catalogue, survey)
    place = export.header.index("Posté comme")
    words = ["Zoé Martin", "un AGENT de mediation"]
    rows = [export.spoiled(n, {place: word}) for n, word in enumerate(words)]
    path = tmp_path / "sp.csv"
    path.write_text(export.text(*rows), encoding="utf-8")
    found = load(path, device, catalogue)
    assert found.rows["told_by"].tolist() == ["Autre", "Un agent de médiation"]
    assert len(found.notices) == 1 and found.notices[0].startswith("1 experience")
    assert "Zoé" not in found.notices[0]
