import re
from pathlib import Path

import pytest
from tests.words import plain

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Indicator
from observlib.language import words


def test_each_state_is_said_in_words(marks, catalogue):
    said = [plain(words.sentence(row, catalogue)) for row in marks.to_dict("records")]
    assert said == [
        "8,4 sur 10 (intervalle à 95 % : 8,1 à 8,7 ; 12 340 réponses)",
        "6,2 sur 10 (intervalle à 95 % : 5,9 à 6,5 ; 1 234 réponses)",
        "9,1 sur 10 (intervalle à 95 % : 8,8 à 9,4 ; 18 réponses ; faible effectif)",
        "valeur non publiée (secret statistique)",
        "donnée non disponible",
    ]


def test_a_withheld_value_is_never_a_number(marks, catalogue):
    row = marks[marks["status"] == "suppressed"].iloc[0]
    indicator = catalogue.indicators["satisfaction_10"]
    written = [words.sentence(row, catalogue), words.value(row, indicator)]
    written.append(words.interval(row, indicator))
    assert not re.search(r"\d|nan", " ".join(written))


def test_a_count_says_no_base_and_agrees_in_number(visits, catalogue):
    row = visits(["legifrance"], ["2026-T3"], partial=True).iloc[0]
    assert plain(words.sentence(row, catalogue)) == "200 000 visites (période incomplète)"
    assert plain(words.value(1, catalogue.indicators["visits"])) == "1 visite"
    assert plain(words.value(0, catalogue.indicators["downloads"])) == "0 téléchargement"
    assert plain(words.value(1.96, catalogue.indicators["visits"])) == "2 visites"


def test_a_row_brings_the_unit_of_its_own_scale(catalogue):
    row = estimates.make(
        [{"indicator": "satisfaction_mean", "period": "2026-T3", "estimate": 4.2, "unit": "sur 5"}]
    ).iloc[0]
    text = words.value(row, catalogue.indicators["satisfaction_mean"])
    assert plain(text) == "4,2 sur 5"


def test_a_change_has_its_sign(catalogue):
    change = catalogue.indicators["visits_yoy"]
    assert [plain(words.value(x, change)) for x in (8.14, -3, 0)] == ["+8,1 %", "−3,0 %", "0,0 %"]


def test_a_row_without_product_is_named_by_group_or_device(catalogue):
    common = {"indicator": "feeling_share", "period": "2026-T3", "unit": "%", "estimate": 50}
    rows = estimates.make(
        [
            {**common, "group": "scope", "group_value": "Toutes", "device": "sp-plus"},
            {**common, "device": "sp-plus"},
            {**common, "product": "cnaf"},
        ]
    ).to_dict("records")
    names = [words.label(row, "product", catalogue) for row in rows]
    assert names == ["Toutes", catalogue.devices["sp-plus"].label, "CNAF"]


def test_an_indicator_outside_the_catalogue_is_named(catalogue):
    with pytest.raises(ObservError, match="'invented': not in the catalogue; allowed: visits"):
        words.indicator_of("invented", catalogue)


@pytest.mark.parametrize(
    ("unit", "x", "said"),
    [
        ("€", 1234.4, "1 234 €"),
        ("€", 1.0, "1 €"),
        ("s", 59.4, "59 s"),
        ("s", 185.0, "3 min 05 s"),
        ("jours", 3.25, "3,3 jours"),
        ("jours", 1.94, "1,9 jour"),
        ("points", 31.0, "+31 points"),
        ("points", -0.6, "−1 point"),
        ("points", 0.2, "0 point"),
        ("appels", 1.0, "1 appel"),
        ("exemplaires", 1613.0, "1 613 exemplaires"),
        ("pour 1 000 visites", 0.4, "0,4 pour 1 000 visites"),
        ("guichets pour 100 000 habitants", 1.2, "1,2 guichet pour 100 000 habitants"),
    ],
)
def test_each_unit_is_written_in_full_french(unit, x, said):
    decimals = int(unit == "jours" or " pour " in f" {unit}")
    one = Indicator(id="one", label="U", unit=unit, method="M", better="neither", decimals=decimals)
    assert plain(words.value({"estimate": x, "unit": unit, "status": "published"}, one)) == said


def test_a_balance_says_its_sign_at_both_ends():
    nps = Indicator(id="nps", label="NPS", unit="points", method="M", better="higher")
    row = {"unit": "points", "status": "published", "ci_low": -3.2, "ci_high": 9.0}
    assert plain(words.interval({**row, "estimate": 3.0}, nps)) == "−4 à +9"


def test_marks_all_alike_are_not_shown_as_known_to_the_last_digit():
    about = {"id": "m", "label": "M", "method": "M", "better": "higher", "unit": "sur 10"}
    mark = Indicator(**about, decimals=1, comparison="mean")
    row = {"unit": "sur 10", "status": "published", "estimate": 10.0, "ci_low": 10.0}
    row["ci_high"] = 10.0
    assert words.interval(row, mark) == ""
    assert plain(words.interval({**row, "ci_low": 9.99}, mark)) == "9,9 à 10,0"
    # of a median, whose values come in whole days, both ends may well be one
    assert words.interval(row, Indicator(**about, decimals=1, comparison="interval")) != ""


def test_a_base_says_what_it_counts(catalogue):
    row = {"period": "2026-T3", "unit": "s", "estimate": 42, "ci_low": 40, "ci_high": 45, "n": 958}
    calls = estimates.make([{**row, "indicator": "wait_median"}]).to_dict("records")[0]
    assert plain(words.sentence(calls, catalogue)) == (
        "42 s (intervalle à 95 % : 40 s à 45 s ; 958 appels décrochés)"
    )
    assert words.base_unit(catalogue.indicators["poll_share"]) == "votes"
    assert words.base_unit(catalogue.indicators["tickets_open"]) == "messages"


def test_a_group_that_the_catalogue_lacks_is_refused_and_words_are_their_own_label(catalogue):
    row = {"indicator": "satisfied_share", "period": "2026-T3", "unit": "%", "estimate": 5}
    frame = estimates.make([{**row, "group": "humeur", "group_value": "1"}])
    with pytest.raises(ObservError, match=r"group 'humeur': not in the catalogue; .*groups\.yml"):
        words.column_label(frame, "group_value", catalogue)
    asked = frame.assign(group="Où cherchez-vous ?")
    assert words.column_label(asked, "group_value", catalogue) == "Groupe"
    assert words.label(asked.iloc[0], "group", catalogue) == "Où cherchez-vous ?"


@pytest.mark.parametrize("indicator", ["poll_share", "poll_votes", "action_effect"])
@pytest.mark.parametrize("asked", ["oui", "--", "2026", "avis"])
def test_a_question_of_one_word_stops_no_page(indicator, asked, catalogue):
    row = {"indicator": indicator, "period": "2026-T3", "unit": "%", "estimate": 5}
    frame = estimates.make([{**row, "group": asked, "group_value": "1"}])
    assert words.label(frame.iloc[0], "group", catalogue) == asked
    assert words.column_label(frame, "group_value", catalogue) in ("Groupe", "Option")


def test_every_group_that_indicators_make_has_a_head_that_says_what_it_is(catalogue):
    made = Path(words.__file__).parents[1] / "themes"
    code = "\n".join(path.read_text(encoding="utf-8") for path in made.rglob("*.py"))
    groups = set(re.findall(r'(?:"group": |group=)"([a-z_]+)"', code))
    assert {"days", "months", "theme", "weekday_hour"} <= groups
    row = {"indicator": "satisfied_share", "period": "2026-T3", "unit": "%", "estimate": 5}
    for group in sorted(groups):
        frame = estimates.make([{**row, "group": group, "group_value": "1"}])
        assert words.column_label(frame, "group_value", catalogue) != "Groupe", group


def test_the_interval_of_a_count_has_no_decimals_where_marks_of_its_indicator_have():
    course = Indicator(
        id="c", label="C", unit="sur 10", method="M", better="neither", decimals=1
    )  # as `action_course`, of marks and of visits
    row = {"unit": "visites", "estimate": 1200.0, "ci_low": 1100.4, "ci_high": 1299.7}
    told = words.interval({**row, "status": "published"}, course)
    assert told.replace("\u202f", " ").replace("\xa0", " ") == "1 100 à 1 300"
