"""An edition names the commit that it was made from, with or without git."""

from pathlib import Path

import pytest
from tests.review.conftest import git as run

from observlib.base import git
from observlib.base.errors import ObservError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    run(root, "init", "--quiet")
    (root / ".gitattributes").write_text(".git_archival.txt export-subst\n", encoding="utf-8")
    (root / ".git_archival.txt").write_text("node: $Format:%H$\n", encoding="utf-8")
    (root / "a.txt").write_text("a", encoding="utf-8")
    run(root, "add", "--all")
    run(root, "commit", "--quiet", "--message", "One")
    return root


def test_a_checkout_names_its_commit_and_whether_files_changed_since(project):
    name = run(project, "rev-parse", "HEAD")
    assert git.commit(project) == name
    (project / "a.txt").write_text("b", encoding="utf-8")
    assert git.commit(project) == name + git.DIRTY


def test_an_archive_of_a_commit_has_its_files_and_names_it(project, tmp_path):
    name = run(project, "rev-parse", "HEAD")
    (project / "a.txt").write_text("b", encoding="utf-8")
    git.check_out(project, name, tmp_path / "copy")
    assert (tmp_path / "copy" / "a.txt").read_text(encoding="utf-8") == "a"
    assert git.commit(tmp_path / "copy") == name
    assert git.knows(project, name) and not git.knows(project, "0" * 40)


def test_only_what_is_part_of_head_or_of_a_trusted_branch_is_trusted(project):
    own = run(project, "rev-parse", "HEAD")
    run(project, "checkout", "--quiet", "-b", "stranger")
    run(project, "commit", "--quiet", "--allow-empty", "--message", "Two")
    other = run(project, "rev-parse", "HEAD")
    run(project, "checkout", "--quiet", "-")
    run(project, "tag", "trusted", other)  # tags come with what is fetched
    assert git.is_trusted(project, own, []) and not git.is_trusted(project, other, ["trusted"])
    assert git.is_trusted(project, other, ["stranger"]) and git.author(project, other) == "A"
    assert git.branches(project, other) == ["stranger"]
    assert not git.is_trusted(project, "--all", ["stranger"])


@pytest.mark.parametrize("name", ["HEAD", "--output=/tmp/x", "0" * 40, "", "a;b"])
def test_a_commit_that_is_unknown_or_no_name_is_refused_and_none_written(project, tmp_path, name):
    with pytest.raises(ObservError, match="is not in this copy's history"):
        git.check_out(project, name, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_git_that_does_not_answer_is_told_and_not_taken_for_none(project, tmp_path, monkeypatch):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=":")
    monkeypatch.setattr(git, "_PATIENCE", 0.1)
    with pytest.raises(ObservError, match=r"git did not answer within 0\.1 s; try again"):
        git.commit(project)
