"""A peer with a bundle and one command learns what is reproduced, and what is not and why."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.review import tampering
from tests.review.conftest import (
    COMMAND,
    ELSEWHERE,
    STUDIES,
    T3,
    Small,
    git,
    observ,
    of,
)

from observlib import estimates
from observlib.publish import record
from observlib.review.rebuild import made_from


def reviewed(small: Small, bundle: Path, *words: str | Path, **environment: str) -> dict[str, Any]:
    """What `observ review` answers, and its exit code."""
    done = observ(small.root, "review", bundle, "--json", *words, **environment)
    assert done.stdout, done.stderr
    return {"code": done.returncode, **json.loads(done.stdout)}


@pytest.fixture
def review(
    observ: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """The same command in this process, where no code of a commit is run."""

    def run(project: Small, *words: str | Path) -> tuple[int, str, str]:
        monkeypatch.chdir(project.root)
        return observ("review", *words)

    return run


@pytest.mark.slow  # a whole edition; that of one that is the same, `test_tampering` finds at once
def test_a_peer_elsewhere_reproduces_an_edition_and_begins_a_review(small, tmp_path):
    zipped = shutil.make_archive(str(tmp_path / "edition"), "zip", small.edition.parent, T3)
    role = "statisticienne d'une ville"
    words = ("--to", tmp_path / "report", "--write", role)
    found = reviewed(small, Path(zipped), *words, **ELSEWHERE)
    assert (found["differences"], found["not_run"]) == ([], [])
    assert (found["code"], found["verdict"]) == (0, "reproduced")
    assert found["commit"] == git(small.root, "rev-parse", "HEAD")
    assert found["counts"]["estimates"] > 100 and found["counts"]["figures"] > 3
    told = {study["name"]: study for study in found["studies"]}
    assert [*told] == [*STUDIES] and told["avis"]["title"] == "Avis"
    assert {one["verdict"] for one in [*told.values(), *found["others"]]} == {"reproduced"}
    assert sum(one["files"] for one in [*told.values(), *found["others"]]) >= 60
    assert "octet pour octet" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    (sheet,) = record.Review.load(small.root / "reports")
    assert (sheet.edition, sheet.role, sheet.verdict) == (T3, role, "reproduced")
    shutil.rmtree(small.root / "reports" / "reviews")


def test_where_neither_copy_nor_history_has_the_code_it_is_said_and_nothing_runs(
    small, review, tmp_path
):
    folder = tampering.copy(small.edition, tmp_path / T3)
    tampering.rewrite(
        folder / record.MANIFEST_FILE, commit="0" * 40, made_from={"the library": "0" * 32}
    )
    code, out, _ = review(small, folder, "--json")
    found = json.loads(out)
    assert (code, found["verdict"]) == (1, "differs")
    assert any("is not in this copy's history" in line for line in found["not_run"])
    assert any("the library" in line for line in found["not_run"])
    assert ("manifest.json", "commit") in [(x["file"], x["where"]) for x in found["differences"]]


def test_without_what_was_published_before_it_is_said_what_is_lacking(small, review, tmp_path):
    folder = tampering.copy(small.edition, tmp_path / T3)
    tampering.rewrite(folder / record.MANIFEST_FILE, earlier={"0001-2026-T2": "0" * 32})
    code, _, err = review(small, folder)
    assert (code, "Traceback" in err) == (3, False)
    assert "0001-2026-T2: not here as the edition knew it" in err


def test_without_the_data_it_is_said_which_tables_are_others(
    small, review, observ, monkeypatch, tmp_path
):
    data = tmp_path / "data"
    (data / "raw").mkdir(parents=True)
    for name in ("avis-portail_2026-T3.csv", "demonstration.json"):
        shutil.copy(small.data / "raw" / name, data / "raw")
    monkeypatch.chdir(small.root)
    assert observ("ingest", data / "raw", "--data", data)[0] == 0
    code, _, err = review(small, small.edition, "--data", data)
    assert code in (1, 3)
    assert "are not those that the edition was made" in err
    assert "Traceback" not in err


def test_what_a_stranger_wrote_moves_no_cursor_and_begins_no_line(small, review, tmp_path):
    signs = "\x1b]0;x\x07 \x9b2J \u202e\n\robserv: reproduced"
    bundle = tampering.copy(small.edition, tmp_path / T3)
    known = json.loads((bundle / record.MANIFEST_FILE).read_text(encoding="utf-8"))
    known["studies"][0]["title"] += signs
    new = {"made_from": {f"the library{signs}": "0" * 32}, "commit": "0" * 40}
    tampering.rewrite(bundle / record.MANIFEST_FILE, studies=known["studies"], **new)
    (bundle / f"a{signs.replace('/', '')}.html").write_text("x", encoding="utf-8")
    for words in ((), ("--json",)):
        code, out, err = review(small, bundle, *words)
        printed = out + err
        assert code == 1 and "\\u001b" in printed and "\\u009b" in printed
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", printed)
        assert not any(line.startswith("observ: reproduced") for line in printed.splitlines())


HOSTILE = """
import json, os, pathlib, sys
def main():
    print("code of a stranger", file=sys.stderr, flush=True)
    pathlib.Path({proof!r}).write_text(json.dumps(dict(os.environ)))
    pathlib.Path("data/store/ledger.json").write_text("spoilt")
    for part in pathlib.Path("data/store").glob("*/*.parquet"):
        part.chmod(0o600)
        part.write_bytes(b"spoilt")
"""
WAITS = """
import sys, time
def main():
    print("begun", file=sys.stderr, flush=True)
    time.sleep(300)
"""


def stranger(small: Small, place: Path, command: str) -> tuple[Small, Path, str]:
    """A copy with a branch that was fetched, a bundle that names its commit, and that name."""
    copy = of(shutil.copytree(small.root, place / "p", symlinks=True))
    git(copy.root, "checkout", "--quiet", "-b", "stranger")
    (copy.root / "src" / "observlib" / "cli" / "__init__.py").write_text(command, encoding="utf-8")
    git(copy.root, "commit", "--quiet", "--all", "--message", "Theirs")
    name, meant = git(copy.root, "rev-parse", "HEAD"), made_from(copy.root, copy.data)
    git(copy.root, "checkout", "--quiet", "-")
    bundle = tampering.copy(copy.edition, place / T3)
    tampering.rewrite(bundle / record.MANIFEST_FILE, commit=name, made_from=meant)
    return copy, bundle, name


def test_a_review_that_is_ended_leaves_nothing_of_the_data(small, tmp_path):
    copy, bundle, _ = stranger(small, tmp_path, WAITS)
    words = ("review", str(bundle), "--data", str(copy.data), "--trust", "stranger")
    (tmp_path / "temporary").mkdir()
    own = {"PYTHONPATH": str(copy.root / "src"), "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words], cwd=copy.root, env=os.environ | own,
        stderr=subprocess.PIPE, encoding="utf-8",
    ) as run:  # fmt: skip
        lines = iter(run.stderr or ())
        assert next(lines).startswith("Running the code of commit ")
        assert next(lines) == "begun\n"
        assert [*tmp_path.glob("temporary/*/project/data/store/ledger.json")]
        run.terminate()
        assert run.wait(60) == 128 + signal.SIGTERM
    assert not [*(tmp_path / "temporary").iterdir()]


@pytest.fixture
def fetched(small: Small, tmp_path: Path) -> tuple[Small, Path, str, Path]:
    """That of one whose code reads its environment and spoils the store, and what it writes."""
    proof = tmp_path / "proof.json"
    return *stranger(small, tmp_path, HOSTILE.format(proof=str(proof))), proof


def test_a_commit_that_nobody_here_took_over_is_not_run_and_how_to_is_told(fetched, review):
    copy, bundle, name, proof = fetched
    found = json.loads(review(copy, bundle, "--json")[1])
    assert found["verdict"] == "differs" and not proof.exists()
    (told,) = (line for line in found["not_run"] if line.startswith("commit "))
    assert told.startswith(f"commit {name[:12]}, by A (branches: stranger): is not run")
    assert "`git merge`" in told and "--trust BRANCH" in told
    code, _, err = review(copy, bundle, "--trust", "nobody")
    assert (code, "--trust nobody: is no branch" in err) == (2, True)
    assert not proof.exists()


def test_code_that_is_run_is_told_before_and_gets_no_secret_no_home_no_store(fetched, tmp_path):
    copy, bundle, name, proof = fetched
    before = {path: path.read_bytes() for path in copy.data.rglob("*") if path.is_file()}
    words = ("review", bundle, "--data", copy.data, "--trust", "stranger")
    (tmp_path / "temporary").mkdir()
    mine = {"A_SECRET": "hunter2", "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "temporary")}
    done = observ(copy.root, *words, **mine)
    lines = done.stderr.splitlines()
    assert lines[:2] == [f"Running the code of commit {name[:12]}, by A", "code of a stranger"]
    theirs = json.loads(proof.read_text(encoding="utf-8"))
    assert not {"hunter2", str(tmp_path)} & {*theirs.values()} and theirs["PATH"]
    assert theirs.keys() <= {
        *("PATH", "HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "PYTHONPATH"),
        *("SOURCE_DATE_EPOCH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH"),
    }
    assert {path: path.read_bytes() for path in before} == before
    assert not [*(tmp_path / "temporary").iterdir()]


# publishes what it is given, as if it had made it; all else is the command's own
STUB = """
import pathlib, shutil
def main():
    shutil.copytree({bundle!r}, pathlib.Path("reports/_site") / {quarter!r}, dirs_exist_ok=True)
"""


def test_a_manifest_that_names_another_commit_than_what_made_it_is_not_reproduced(small, tmp_path):
    copy = of(shutil.copytree(small.root, tmp_path / "p", symlinks=True))
    bundle = tampering.copy(copy.edition, tmp_path / T3)
    command = copy.root / "src" / "observlib" / "cli" / "__init__.py"
    command.write_text(STUB.format(bundle=str(bundle), quarter=T3), encoding="utf-8")
    page = copy.root / "docs" / "index.md"
    text = page.read_text(encoding="utf-8")
    for content in (f"{text}Otherwise.\n", text):
        page.write_text(content, encoding="utf-8")
        git(copy.root, "commit", "--quiet", "--all", "--message", "Other")
    other, meant = git(copy.root, "rev-parse", "HEAD~1"), made_from(copy.root, copy.data)
    tampering.rewrite(bundle / record.MANIFEST_FILE, commit=other, made_from=meant)
    found = reviewed(copy, bundle, PYTHONPATH=str(small.root / "src"))
    assert (found["verdict"], found["code"]) == ("differs", 1)
    own = git(copy.root, "rev-parse", "HEAD")
    told = [(one["where"], one["published"], one["remade"]) for one in found["differences"]]
    assert ("commit", other, own) in told


VISITS = {"indicator": "visits", "product": "portail", "period": "2025-09"}
MENDED = Path(__file__).with_name("mended.yml").read_text(encoding="utf-8")
ERRATUM = Path(__file__).with_name("erratum.yml").read_text(encoding="utf-8")
POLICY = Path(__file__).with_name("policy.yml").read_text(encoding="utf-8")
MENDED_DAY = "1796169600"  # 2 December 2026


@pytest.mark.slow
def test_an_edition_that_bears_an_erratum_is_reproduced_and_without_it_cannot_be(small, tmp_path):
    mended = of(shutil.copytree(small.root, tmp_path / "p", symlinks=True))
    rows = pd.read_parquet(mended.root / "reports" / "editions" / T3 / "estimates.parquet")
    names = [name for name in estimates.FIGURE if name not in VISITS]
    own = rows[(rows[[*VISITS]] == [*VISITS.values()]).all(axis=1) & (rows["group"] == "")]
    told = own[own["device"] == "visites-portail"].iloc[0]
    parts = (mended.data / "store" / "audience").glob("visites-portail-*.parquet")
    days = pd.concat(map(pd.read_parquet, parts))
    days = days[(days["start"] >= "2025-09-01") & (days["end"] < "2025-10-01")]
    right = int(2 * days["visits"].sum())
    figure = VISITS | {name: told[name] for name in names if told[name]}
    figure |= {"published": float(told["estimate"]), "corrected": right}
    errata = mended.root / "reports" / "errata" / "serveur.yml"
    errata.parent.mkdir()
    errata.write_text(ERRATUM.format(figure=json.dumps(figure)), encoding="utf-8")
    (mended.data / "corrections").mkdir()
    correction = MENDED.format(rows=len(days))
    (mended.data / "corrections" / "septembre.yml").write_text(correction, encoding="utf-8")
    with (mended.data / "catalogue" / "revisions.yml").open("a", encoding="utf-8") as stream:
        stream.write(POLICY)
    # what the first edition decided of unchanged devices is kept, and tells of fewer trials
    shutil.rmtree(mended.root / "reports" / ".kept")
    words = ("edition", T3, "--data", mended.data, "--publisher", "embedded")
    done = observ(mended.root, *words, SOURCE_DATE_EPOCH=MENDED_DAY)
    assert done.returncode == 0, done.stderr
    about = json.loads((mended.edition / record.MANIFEST_FILE).read_text(encoding="utf-8"))
    assert "visites" in about["errata"]["serveur"]["pages"]
    page = (mended.edition / "visites.html").read_text(encoding="utf-8")
    assert "Erratum du 2 décembre 2026" in page
    found = reviewed(mended, mended.edition)
    assert (found["differences"], found["not_run"], found["code"]) == ([], [], 0)
    errata.unlink()
    found = reviewed(mended, mended.edition)
    assert found["code"] == 3
    assert any("serveur: not here as the edition bears them" in line for line in found["not_run"])
