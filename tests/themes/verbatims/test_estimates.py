"""Shares of texts: told of all of them, or not at all, and never of a few."""

import pandas as pd
import pytest
from tests.texts import TEXTS, read_by, verbatims, with_texts, written

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.indicators import families
from observlib.pipeline import frame
from observlib.records import coding
from observlib.themes.verbatims import (
    _quality,
    counts,
    label_of,
    labelled,
    machine,
    reading,
    sentences,
    shares,
    spoken_of,
    verbatims_,
)

NOW, BEFORE = "2026-08-01", "2026-05-02"
QUARTER = Quarter(2026, 3)
NONE = contract.empty("experiences").assign(source=pd.Series(dtype=str))


@pytest.fixture(scope="module")
def book(catalogue):
    return with_texts(catalogue)


@pytest.fixture(scope="module")
def texts() -> pd.DataFrame:
    return written({NOW: 600, BEFORE: 300})


@pytest.fixture(scope="module")
def whole(texts) -> pd.DataFrame:
    return coding.whole_texts(texts)


def sample(whole: pd.DataFrame, number: int) -> pd.DataFrame:
    now = whole[whole["date"] == NOW]
    return coding.drawn(now, str(QUARTER)).head(number)


def codes_of(whole: pd.DataFrame, number: int = 60, wrong: float = 0.03) -> pd.DataFrame:
    """Anger in a sample of this quarter by two people, and in all texts of another by one."""
    drawn, past = sample(whole, number), whole[whole["date"] == BEFORE]
    return pd.concat(
        [
            read_by(drawn, "1", "anger", wrong),
            read_by(drawn, "2", "anger", wrong),
            read_by(past, "A07", "anger"),
        ],
        ignore_index=True,
    )


def of(found: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return found[found["indicator"] == indicator]


@pytest.fixture(scope="module")
def told(whole, book) -> tuple[pd.DataFrame, pd.DataFrame]:
    return shares(whole, codes_of(whole), NONE, book, QUARTER)


def test_the_share_of_all_texts_is_within_its_interval_and_the_machine_narrows_it(told, texts):
    found, _ = told
    true = 100 * (texts.loc[texts["date"] == NOW, "anger"] == "yes").mean()
    with_machine, alone = (of(found, name).iloc[0] for name in ("text_share", "text_share_read"))
    assert with_machine["ci_low"] < true < with_machine["ci_high"]
    width = with_machine["ci_high"] - with_machine["ci_low"]
    assert width < 0.85 * (alone["ci_high"] - alone["ci_low"])
    assert with_machine["n"] == alone["n"] == 600  # all texts, which the share is of
    assert alone["n_eff"] == 60 < with_machine["n_eff"]
    assert (with_machine["group"], with_machine["group_value"]) == ("reading", "Colère")


def test_readers_and_machine_are_told_with_what_chance_would_give(told):
    found, _ = told
    kappa = of(found, "coder_kappa").iloc[0]
    assert 0.7 < kappa["estimate"] < 1 and kappa["n"] == 60
    f1, least = (of(found, name)["estimate"].iat[0] for name in ("machine_f1", "machine_baseline"))
    assert f1 > 0.8 > least
    confusion = of(found, "machine_confusion")
    by_label = confusion.groupby(confusion["group_value"].str.split(",").str[0])["estimate"].sum()
    assert by_label.tolist() == pytest.approx([100, 100])
    assert "Colère : oui, deviné non" in set(confusion["group_value"])


def test_no_small_count_is_had_from_the_table_of_guesses(told, book):
    """The attack: a share in whole percents, times the texts of its label."""
    asked = book.codebook["anger"]
    names = ["no", "yes"]
    for n, shares_of_label in (
        ([119, 60], [[0.96, 0.04], [0.2, 0.8]]),  # 5 of 119; 12 of 60
        ([124, 36], [[0.5, 0.5], [0.14, 0.86]]),  # 5 of 36
        ([29, 300], [[1.0, 0.0], [0.0, 1.0]]),  # all of few alike
    ):
        confusion = pd.DataFrame(shares_of_label, names, names)
        measured = machine.Measured(0.9, 0.4, confusion, pd.Series(n, names))
        found = _quality({"period": "2026-T3", "source": "s"}, asked, measured)
        rows = of(found, "machine_confusion")
        shown = rows[rows["status"] != "suppressed"]
        assert len(rows) == 4 and len(shown) == 2, "a label is told or withheld whole"
        had = (shown["estimate"] * shown["n"] / 100).round()
        assert not had.between(1, 10).any()
        assert (found["n"].dropna() % 5 == 0).all(), "bases are told to the nearest five"


@pytest.mark.parametrize("taught", [True, False])
def test_no_small_count_is_had_from_the_share_of_the_texts_that_were_read(whole, book, taught):
    """The attack: the share times the texts read, which are sixty; 8 of them told of anger."""
    codes = codes_of(whole, wrong=0)
    drawn = codes["coder"] != "A07"
    few = [*sample(whole, 60)["answer_id"].head(8)]
    codes.loc[drawn, "code"] = ["yes" if x in few else "no" for x in codes.loc[drawn, "answer_id"]]
    found, _ = shares(whole, codes if taught else codes[drawn], NONE, book, QUARTER)
    assert of(found, "text_share_read")["status"].tolist() == ["suppressed"]
    assert of(found, "text_share_read")["estimate"].isna().all()
    # without a machine the share of all texts is that of the sample
    assert of(found, "text_share")["status"].tolist() == ["published" if taught else "suppressed"]


def test_what_nobody_read_is_refused_with_its_reason(told):
    _, refused = told
    reasons = dict(zip(refused["reading"], refused["reason"], strict=True))
    assert "Colère" not in reasons and set(reasons.values()) == {"none"}
    assert len(reasons) == 7


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("one", lambda whole: codes_of(whole).query("coder != '2'")),
        ("few", lambda whole: codes_of(whole, number=29)),
        ("disagree", lambda whole: codes_of(whole, wrong=0.25)),
        ("alike", lambda whole: codes_of(whole).assign(code="no")),
        ("none", lambda whole: codes_of(whole).query("coder == 'A07'")),
    ],
)
def test_a_share_that_the_sample_cannot_bear_is_not_told(whole, book, reason, change):
    found, refused = shares(whole, change(whole), NONE, book, QUARTER)
    assert of(found, "text_share").empty and of(found, "text_share_read").empty
    about = refused[refused["reading"] == "Colère"]
    assert about["reason"].tolist() == [reason]


def test_texts_that_somebody_chose_speak_for_no_others(whole, book):
    """Two people who read the angry ones first would find anger everywhere."""
    now = whole[whole["date"] == NOW]
    angry = now[now["anger"] == "yes"].head(50)
    codes = pd.concat([read_by(angry, coder, "anger", 0.02) for coder in "12"])
    found, refused = shares(whole, codes, NONE, book, QUARTER)
    assert of(found, "text_share").empty
    assert refused.loc[refused["reading"] == "Colère", "reason"].tolist() == ["skipped"]


def test_a_few_texts_that_could_not_be_read_do_not_forbid_the_others(whole):
    drawn = sample(whole, 60)
    read = drawn.drop(drawn.index[[3, 7, 20]])
    codes = pd.concat([read_by(read, coder, "anger", 0.02) for coder in "12"])
    found = reading(whole[whole["date"] == NOW], codes, str(QUARTER))
    assert found.refusal == "" and len(found.codes) == 57


def test_what_was_read_in_the_quarter_teaches_nothing_about_it(whole, book, monkeypatch):
    """Else the machine would be right where it is checked, and nowhere else."""
    seen: list[str] = []
    real = machine.guess

    def noted(texts, labels, others):
        seen.extend(texts)
        return real(texts, labels, others)

    monkeypatch.setattr(machine, "guess", noted)
    shares(whole, codes_of(whole), NONE, book, QUARTER)
    now = set(whole.loc[whole["date"] == NOW, "text"])
    past = set(whole.loc[whole["date"] == BEFORE, "text"])
    assert set(seen) <= past and seen and not set(seen) & (now - past)


def test_without_a_machine_the_sample_speaks_alone(whole, book):
    codes = codes_of(whole).query("coder != 'A07'")
    found, _ = shares(whole, codes, NONE, book, QUARTER)
    both = [of(found, name).iloc[0][["estimate", "ci_low", "ci_high"]].tolist()
            for name in ("text_share", "text_share_read")]  # fmt: skip
    assert both[0] == both[1]
    assert of(found, "machine_f1").empty


def test_feelings_have_a_share_for_each_answer(whole, book):
    drawn = sample(whole, 60)
    codes = pd.concat([read_by(drawn, coder, "feeling", 0.02) for coder in "12"])
    found, _ = shares(whole, codes, NONE, book, QUARTER)
    rows = of(found, "text_share").set_index("group_value")
    assert set(rows.index) == {f"Ressenti {word}" for word in ("positif", "neutre", "négatif")}
    assert rows["status"].eq("published").all()
    assert rows["estimate"].sum() == pytest.approx(100)


def test_a_share_that_few_texts_have_is_withheld(whole, book):
    """Of 40 texts, 5 or so are angry: whoever wrote one is nearly told."""
    few = whole[whole["date"] == NOW].head(40)
    codes = pd.concat([read_by(few, coder, "anger").assign(coder=coder) for coder in "12"])
    rare = few["answer_id"].head(5)
    codes = codes.assign(code=codes["answer_id"].isin(rare).map({True: "yes", False: "no"}))
    found, _ = shares(few, codes, NONE, book, QUARTER)
    assert of(found, "text_share")["status"].tolist() == ["suppressed"]


def test_experiences_teach_feelings_and_aspects_of_their_texts(whole):
    told = whole.head(3)
    experiences = pd.DataFrame(
        {
            "device": TEXTS,
            "experience_id": told["answer_id"],
            "feeling": ["positive", "negative", "neutral"],
            "relation": [None, "negative", "positive"],
        }
    )
    codes = read_by(whole.iloc[[4]], "1", "feeling")
    feeling = labelled(whole, codes, experiences, "feeling")
    assert len(feeling) == 4
    aspect = labelled(whole, codes.head(0), experiences, "relation")
    assert aspect.set_index("answer_id").loc[told["answer_id"], "label"].tolist() == [
        "no",
        "yes",
        "yes",
    ]
    assert labelled(whole, codes.head(0), experiences, "anger").empty


def test_texts_on_which_readers_are_divided_teach_nothing(whole):
    one = whole.head(2)
    codes = pd.concat([read_by(one, "1", "anger"), read_by(one, "2", "anger", wrong=1.0)])
    assert labelled(whole, codes, NONE, "anger").empty


def test_few_texts_are_counted_and_not_told(texts):
    few = coding.whole_texts(texts[texts["date"] == NOW].head(10))
    assert counts(few, QUARTER)["status"].tolist() == ["suppressed"]
    many = coding.whole_texts(texts)
    assert counts(many, QUARTER)["estimate"].tolist() == [600.0]
    assert counts(many, Quarter(2025, 1)).empty


def test_themes_are_those_of_a_product_and_quotes_of_the_quarter_and_of_who_allows(
    whole, book, monkeypatch
):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    found, words = spoken_of(whole, book, QUARTER)
    rows = of(found, "text_theme_share")
    assert len(rows) >= 3 and set(rows["product"]) == {"boamp"} and set(rows["device"]) == {""}
    assert set(rows["period"]) == {"2025-10/2026-09"} and rows["estimate"].sum() <= 100.0001
    assert (of(found, "theme_stability")["estimate"] >= machine.STABLE).all()
    assert words["quotes"].empty  # the device does not say that it may be quoted
    device = book.devices[TEXTS].model_copy(update={"quotes": True})
    open_ = book.model_copy(update={"devices": {TEXTS: device}})
    quoted = spoken_of(whole, open_, QUARTER)[1]["quotes"]
    assert len(quoted) and quoted["text"].isin(whole.loc[whole["date"] == NOW, "text"]).all()
    assert quoted.groupby("theme").size().max() <= 2
    assert set(quoted["theme"]) <= set(rows["group_value"])


def test_a_store_without_texts_gives_an_empty_family(book):
    empty = [
        contract.empty(name).assign(source=pd.Series(dtype=str)) for name in ("verbatims", "codes")
    ]
    found, _, words = verbatims_(*empty, NONE, book, QUARTER)
    assert found.empty and all(frame_.empty for frame_ in words.values())


def test_without_the_libraries_the_sample_speaks_alone_and_the_page_says_what_is_missing(
    texts, whole, book, monkeypatch
):
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    monkeypatch.setattr(machine, "guess", lambda *_: pytest.fail("asked for"))
    found, _, words = verbatims_(texts, codes_of(whole), NONE, book, QUARTER)
    told_, alone = (of(found, name).iloc[0] for name in ("text_share", "text_share_read"))
    ends = ["estimate", "ci_low", "ci_high"]
    assert told_[ends].tolist() == alone[ends].tolist()
    assert of(found, "machine_f1").empty and of(found, "text_theme_share").empty
    said = sentences.lacking(words["lacking"])
    assert "pip install 'observlib[text]'" in said
    few, _, words = verbatims_(verbatims(["Bien."] * 20, day=NOW), codes_of(whole).head(0), NONE,
                               book, QUARTER)  # fmt: skip
    assert few["indicator"].tolist() == ["text_count"]
    assert set(words["refusals"]["reason"]) == {"none"}
    assert sentences.lacking(words["lacking"]) == ""


def test_the_family_is_declared_and_gives_the_same_again(texts, whole, book):
    assert set(frame.tables("verbatims")) == {"verbatims", "codes", "experiences"}
    given = {"verbatims": texts, "codes": codes_of(whole), "experiences": NONE}
    given |= {"catalogue": book, "quarter": QUARTER}
    one, two = (families.DECLARED["verbatims"].give(given) for _ in range(2))
    pd.testing.assert_frame_equal(one.estimates, two.estimates)
    estimates.with_units(one.estimates, book.units)


def test_every_question_of_the_code_book_has_words_for_its_shares(catalogue):
    for asked in catalogue.codebook.values():
        labels = [label_of(asked, code) for code in asked.codes.values()]
        assert len(set(labels)) == len(labels)
