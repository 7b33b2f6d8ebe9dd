"""Shares of texts: told of all of them or not at all, never of a few; machine, themes and words."""

import string
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests import said
from tests.texts import SUBJECTS, TEXTS, invented, read_by, verbatims, with_texts, written

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.records import coding
from observlib.themes import templates
from observlib.themes import verbatims as theme
from observlib.themes.verbatims import labelled, machine, shares, verbatims_

sentences = templates.narrative("verbatims")


def test_words_are_brought_together_and_few_texts_not_learnt():
    assert machine.words("Passeports [nom de famille] REFUSÉS…") == ["passeport", "refusé"]
    assert machine.words("06 [téléphone] !") == ["!"]
    labels = ["yes"] * 19 + ["no"] * 200
    assert not machine.can_learn(pd.Series(labels))
    assert machine.can_learn(pd.Series([*labels, "yes"]))
    assert not machine.can_learn(pd.Series(labels[:60]))


def test_what_is_learnt_is_guessed_and_what_words_do_not_tell_is_not():
    taught, others = invented(200), invented(100, seed=1)
    guesses = machine.guess(taught["text"], taught["feeling"], others["text"])
    assert (guesses == others["feeling"]).mean() > 0.95
    texts = invented(300)
    luck = texts["feeling"].sample(frac=1, random_state=3).reset_index(drop=True)
    found = machine.measure([*texts["text"]], luck)
    assert 0.35 < found.f1 < 0.6


def test_the_same_words_are_never_learnt_and_guessed():
    """Each text is there twice, with a label of its own: only its double could tell it."""
    source = pd.Series(range(120)).sample(frac=1, random_state=2)
    texts = [f"mot{chr(97 + n // 26)}{chr(97 + n % 26)} commun" for n in range(120)] * 2
    labels = ["oui" if n % 2 else "non" for n in source] * 2
    found = machine.measure(texts, labels)
    assert found.f1 < 0.6


def test_the_baseline_and_the_confusion_are_those_of_the_labels_and_the_same_again():
    texts = invented(200)
    found = machine.measure([*texts["text"]], texts["anger"])
    commonest = texts["anger"].value_counts().max()
    share = commonest / 200
    assert found.baseline == pytest.approx(2 * share / (1 + share) / 2)
    assert found.confusion.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert found.n.sum() == 200 and found.f1 > 0.8
    again = machine.measure([*texts["text"]], texts["anger"])
    assert again.f1 == found.f1 and again.confusion.equals(found.confusion)


@pytest.mark.slow
def test_real_texts_are_guessed_as_well_as_was_measured(shared_data):
    """The least that is asked: what other ways of counting words reached on the same texts."""
    from tools.texts import FOLDER, labelled

    least = {"Ressenti": 0.647, "Injustice": 0.668, "Colère": 0.681}
    for name, texts, labels in labelled(shared_data / FOLDER):
        if name in least:
            found = machine.measure([*texts], labels)
            assert found.f1 >= least[name], name
            assert found.f1 > found.baseline + 0.2, name


@pytest.fixture(scope="module")
def subjects() -> pd.DataFrame:
    return invented(400).drop_duplicates("text").reset_index(drop=True)


def test_subjects_are_found_as_themes_that_last(subjects, monkeypatch):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    found = machine.find_themes(subjects["text"])
    assert found is not None and len(found.themes) >= 3
    assert (found.themes["stability"] >= machine.STABLE).all()
    assert found.themes["texts"].is_monotonic_decreasing
    for subject in SUBJECTS:  # each has a theme that is its own
        own = pd.Series(found.of_text)[(subjects["subject"] == subject) & (found.of_text >= 0)]
        other = pd.Series(found.of_text)[(subjects["subject"] != subject) & (found.of_text >= 0)]
        main = own.mode()[0]
        assert (other == main).mean() < (own == main).mean()


def test_no_word_of_fewer_than_eleven_texts_names_a_theme(subjects, monkeypatch):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    rare = subjects["text"].copy()
    rare.iloc[:10] += " Trifouillis"
    rare.iloc[:120] += " zanzibar"  # which many have
    found = machine.find_themes(rare)
    assert found is not None and "trifouillis" not in " ".join(found.themes["name"])
    assert "zanzibar" in " ".join(found.themes["name"])


def test_texts_of_chance_few_or_without_common_words_have_no_theme(subjects):
    source = np.random.default_rng(0)
    alphabet = [f"mot{a}{b}" for a in "abcdef" for b in "abcdef"]
    by_chance = pd.Series([" ".join(source.choice(alphabet, 5, replace=False)) for _ in range(200)])
    found = machine.find_themes(by_chance)
    assert found is not None
    assert len(found.themes) <= 1 and found.unstable >= 1
    assert machine.find_themes(subjects["text"].head(99)) is None
    apart = pd.Series([f"{a}{b}xyz {b}{a}uvw" for a in string.ascii_lowercase[:11]
                       for b in string.ascii_lowercase[:11]])  # fmt: skip
    assert machine.find_themes(apart) is None


NOW, BEFORE = "2026-08-01", "2026-05-02"
QUARTER = Quarter("2026-T3")
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
    both = [read_by(drawn, coder, "anger", wrong) for coder in "12"]
    return pd.concat([*both, read_by(past, "A07", "anger")], ignore_index=True)


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
    found, refused = told
    reasons = dict(zip(refused["reading"], refused["reason"], strict=True))  # of what nobody read
    assert "Colère" not in reasons and [*reasons.values()] == ["none"] * 7
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
        found = theme._quality({"period": "2026-T3", "source": "s"}, asked, measured)
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


def chosen(whole: pd.DataFrame) -> pd.DataFrame:
    """Codes of two people who read the angry ones first, and would find anger everywhere."""
    now = whole[whole["date"] == NOW]
    angry = now[now["anger"] == "yes"].head(50)
    return pd.concat([read_by(angry, coder, "anger", 0.02) for coder in "12"])


@pytest.mark.parametrize(
    ("reason", "change"),
    [("one", lambda whole: codes_of(whole).query("coder != '2'")),
     ("few", lambda whole: codes_of(whole, number=29)),
     ("disagree", lambda whole: codes_of(whole, wrong=0.25)),
     ("alike", lambda whole: codes_of(whole).assign(code="no")),
     ("none", lambda whole: codes_of(whole).query("coder == 'A07'")), ("skipped", chosen)],
)  # fmt: skip
def test_a_share_that_the_sample_cannot_bear_is_not_told(whole, book, reason, change):
    found, refused = shares(whole, change(whole), NONE, book, QUARTER)
    assert of(found, "text_share").empty and of(found, "text_share_read").empty
    about = refused[refused["reading"] == "Colère"]
    assert about["reason"].tolist() == [reason]


def test_a_few_texts_that_could_not_be_read_do_not_forbid_the_others(whole):
    drawn = sample(whole, 60)
    read = drawn.drop(drawn.index[[3, 7, 20]])
    codes = pd.concat([read_by(read, coder, "anger", 0.02) for coder in "12"])
    found = theme.reading(whole[whole["date"] == NOW], codes, str(QUARTER))
    assert found.refusal == "" and len(found.codes) == 57


def test_what_was_read_in_the_quarter_teaches_nothing_about_it(whole, book, monkeypatch):
    seen: list[str] = []
    guess = machine.guess

    def noted(texts, labels, others):
        seen.extend(texts)
        return guess(texts, labels, others)

    monkeypatch.setattr(machine, "guess", noted)
    shares(whole, codes_of(whole), NONE, book, QUARTER)
    now, past = (set(whole.loc[whole["date"] == day, "text"]) for day in (NOW, BEFORE))
    assert set(seen) <= past and seen and not set(seen) & (now - past)


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
        {"device": TEXTS, "experience_id": told["answer_id"],
         "feeling": ["positive", "negative", "neutral"], "relation": [None, "negative", "positive"]}
    )  # fmt: skip
    codes = read_by(whole.iloc[[4]], "1", "feeling")
    feeling = labelled(whole, codes, experiences, "feeling")
    assert len(feeling) == 4
    aspect = labelled(whole, codes.head(0), experiences, "relation")
    labels = aspect.set_index("answer_id").loc[told["answer_id"], "label"]
    assert labels.tolist() == ["no", "yes", "yes"]
    assert labelled(whole, codes.head(0), experiences, "anger").empty
    one = whole.head(2)  # on which readers are divided, and which teach nothing
    divided = pd.concat([read_by(one, "1", "anger"), read_by(one, "2", "anger", wrong=1.0)])
    assert labelled(whole, divided, NONE, "anger").empty


def test_few_texts_are_counted_untold_and_none_gives_an_empty_family(texts, book):
    few = coding.whole_texts(texts[texts["date"] == NOW].head(10))
    assert theme.count_texts(few, QUARTER)["status"].tolist() == ["suppressed"]
    many = coding.whole_texts(texts)
    assert theme.count_texts(many, QUARTER)["estimate"].tolist() == [600.0]
    assert theme.count_texts(many, Quarter("2025-T1")).empty
    none = [contract.empty(x).assign(source=pd.Series(dtype=str)) for x in ("verbatims", "codes")]
    found, _, words = verbatims_(*none, NONE, book, QUARTER)
    assert found.empty and all(frame_.empty for frame_ in words.values())


def test_themes_are_of_a_product_and_quotes_of_the_quarter_if_allowed(whole, book, monkeypatch):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    found, words = theme.spoken_of(whole, book, QUARTER)
    rows = of(found, "text_theme_share")
    assert len(rows) >= 3 and set(rows["product"]) == {"boamp"} and set(rows["device"]) == {""}
    assert set(rows["period"]) == {"2025-10/2026-09"} and rows["estimate"].sum() <= 100.0001
    assert (of(found, "theme_stability")["estimate"] >= machine.STABLE).all()
    assert words["quotes"].empty  # the device does not say that it may be quoted
    device = book.devices[TEXTS].model_copy(update={"quotes": True})
    open_ = book.model_copy(update={"devices": {TEXTS: device}})
    quoted = theme.spoken_of(whole, open_, QUARTER)[1]["quotes"]
    assert len(quoted) and quoted["text"].isin(whole.loc[whole["date"] == NOW, "text"]).all()
    assert quoted.groupby("theme").size().max() <= 2
    assert set(quoted["theme"]) <= set(rows["group_value"])


def test_without_libraries_the_sample_speaks_and_the_page_says_so(texts, whole, book, monkeypatch):
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    monkeypatch.setattr(machine, "guess", lambda *_: pytest.fail("asked for"))
    found, _, words = verbatims_(texts, codes_of(whole), NONE, book, QUARTER)
    told_, alone = (of(found, name).iloc[0] for name in ("text_share", "text_share_read"))
    ends = ["estimate", "ci_low", "ci_high"]
    assert told_[ends].tolist() == alone[ends].tolist()
    assert of(found, "machine_f1").empty and of(found, "text_theme_share").empty
    said = sentences.lacking(words["lacking"])
    assert "pip install 'observlib[text]'" in said
    short = verbatims(["Bien."] * 20, day=NOW)
    few, _, words = verbatims_(short, codes_of(whole).head(0), NONE, book, QUARTER)
    assert few["indicator"].tolist() == ["text_count"]
    assert set(words["refusals"]["reason"]) == {"none"}
    assert sentences.lacking(words["lacking"]) == ""


def told_shares(**values: float) -> pd.DataFrame:
    return estimates.make(
        {
            "indicator": "text_share", "product": "boamp", "device": TEXTS, "period": "2026-T3",
            "group": "reading", "group_value": name, "unit": "%", "estimate": value,
            "ci_low": value - 4, "ci_high": value + 5, "n": 600, "n_eff": 80,
        }
        for name, value in values.items()
    )  # fmt: skip


REFUSALS = pd.DataFrame(
    [[TEXTS, "Colère", "disagree"], [TEXTS, "Injustice", "few"], [TEXTS, "Relation", "few"]],
    columns=["device", "reading", "reason"],
)
KAPPAS = told_shares(Colère=0.41).assign(
    indicator="coder_kappa", product="", unit="sur 1", ci_low=0.2, ci_high=0.6, n=50
)


def unread(rows: pd.DataFrame) -> Any:
    return lambda c: sentences.unread(rows, KAPPAS, with_texts(c))


CASES: said.Cases = {
    "reasons for silence": unread(REFUSALS),
    **{f"silence: {why}": unread(REFUSALS.head(1).assign(reason=why))
       for why in ("one", "skipped", "alike")},
}  # fmt: skip
test_what_is_said_of_texts = said.test("verbatims", CASES)


def test_a_text_is_shown_as_text_and_of_none_the_cell_says_what_is_absent(catalogue):
    """What `may_be_quoted` refuses is refused again here by what makes Markdown of it."""
    nasty = "Un *mot*, [lien](javascript:x), <b>gras</b>, {{< env HOME >}}, $x$, `code`, @cite, #x"
    quoted = pd.DataFrame([["boamp", TEXTS, "recherche, avis", nasty]],
                          columns=["product", "device", "theme", "text"])  # fmt: skip
    shown = sentences.quotes(quoted, with_texts(catalogue)).shown["text/markdown"]
    line = shown.splitlines()[-1]
    for sign in ("*mot", "[lien", "<b", "$x", "`code", "@cite", "#x"):
        assert f"\\{sign}" in line
    assert "\\{\\{\\<" in line
    assert line.startswith("- «") and line.rstrip().endswith("»")
    quoted = pd.DataFrame(columns=["product", "device", "theme", "text"])
    with pytest.raises(ObservError, match="no text to show"):
        sentences.quotes(quoted, with_texts(catalogue))
