"""Who copies the examples of a scheduled edition gets a timer and a pipeline that can run."""

import re
import shlex
import shutil
import subprocess

import pytest
import typer
from tests.docs.following import ROOT

from observlib.cli import app

FOLDER = ROOT / "docs" / "how-to" / "schedule"
UNITS = sorted(FOLDER.glob("observ-*"))


def commands(text: str) -> list[list[str]]:
    """The words after `observ` in each line of a file that runs it."""
    found = re.findall(r"/observ ((?:(?! [>|]).)*)", text)
    return [shlex.split(line) for line in found]


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_command_of_the_examples_is_one(path):
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, *words in commands(path.read_text(encoding="utf-8")):
        options = {option for one in known[name].params for option in one.opts} | {"--json"}
        assert {word for word in words if word.startswith("-")} <= options


def test_both_examples_ingest_before_they_release_and_send_out_after():
    for name in ("observ-edition.service", "gitlab-ci.yml"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        run = ["fetch", "ingest", "watch", "edition", "review"]
        assert [words[0] for words in commands(text)] == run
        assert text.index("edition --release") < text.index("rsync -a")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path):
    for path in UNITS:  # their programs are another machine's
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    words = ["systemd-analyze", "verify", *(str(tmp_path / path.name) for path in UNITS)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
