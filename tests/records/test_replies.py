"""Replies of partners are read whole and right, or every mistake in them is told at once."""

from pathlib import Path

import pytest
import yaml
from tests.copies import DEMO

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.pipeline import frame
from observlib.records.replies import Reply

GOOD = {
    "id": "caisse-t2", "partner": "caisse-fictive", "quarter": "2026-T2", "date": "2026-07-10",
    "themes": ["Famille"], "role": "pôle des allocataires", "will_do": "La page sera réécrite.",
}  # fmt: skip


def write(folder: Path, name: str = "caisse-t2", **keys: object) -> None:
    content = {key: value for key, value in {**GOOD, **keys}.items() if value is not ...}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path = folder / Reply.FOLDER / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def faults(folder: Path, catalogue: Catalogue) -> str:
    with pytest.raises(ObservError) as caught:
        Reply.load(folder, catalogue)
    return str(caught.value)


def test_its_delay_is_counted_from_the_end_of_the_quarter_or_from_the_message(catalogue, tmp_path):
    write(tmp_path)
    write(tmp_path, "m", id="m", quarter=..., message="2026-07-01", themes=["Logement"])
    assert [reply.days for reply in Reply.load(tmp_path, catalogue)] == [10, 9]
    assert Reply.load(tmp_path / "absent", catalogue) == ()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"partner": "caise"}, "unknown partner 'caise'; allowed: caisse-fictive"),
        ({"themes": ["Impôts"]}, "unknown theme 'Impôts' of caisse-fictive; allowed: Famille"),
        ({"themes": []}, "themes is []"),
        ({"role": "Zoé Martin"}, "names a person or an address; give a role"),
        ({"role": "Mme Zoé Martin"}, "names a person"),
        ({"role": "zoe@exemple.invalid"}, "an e-mail address"),
        ({"will_do": "Appeler le 01 99 00 12 34."}, "holds a telephone number"),
        ({"will_do": "Une <b>page</b>."}, "which a page reads as markup"),
        ({"message": "2026-07-01"}, "give `quarter` or `message`, and not both"),
        ({"quarter": ...}, "give `quarter` or `message`, and not both"),
        ({"quarter": "T2 2026"}, "quarter is 'T2 2026'"),
        ({"quarter": "0001-T1"}, "quarter is '0001-T1'"),
        ({"date": "2026-06-01"}, "its date 2026-06-01 is before 2026-06-30, which it answers"),
        ({"due": "2026-07-01"}, "it is due on 2026-07-01, before its date 2026-07-10"),
        ({"id": "other"}, "id is 'other', and the file's name says 'caisse-t2'"),
        ({"rôle": "x"}, "unknown key 'rôle'; allowed: id, partner, quarter, message"),
    ],
)
def test_a_mistake_is_told_with_what_is_allowed(catalogue, tmp_path, keys, said):
    write(tmp_path, **keys)
    assert said in faults(tmp_path, catalogue)


def test_all_mistakes_of_all_files_are_told_at_once(catalogue, tmp_path):
    write(tmp_path, partner="caise")
    write(tmp_path, "b", id="b", themes=["Impôts"], due="2026-07-01")
    (tmp_path / "partners" / "c.yaml").write_text("", encoding="utf-8")
    text = faults(tmp_path, catalogue)
    assert all(name in text for name in ("caise", "before its date", "name it c.yml"))


def test_an_edition_tells_no_reply_that_came_after_its_quarter():
    assert [reply.id for reply in frame.replies(DEMO, Quarter(2026, 2))] == [
        "caisse-fictive-2026-t1"
    ]
    assert len(frame.replies(DEMO, Quarter(2026, 3))) == 3
