"""Pages that break no rule of accessibility that a program can check, on a phone and on a desk."""

import shutil

from tests.site.axe import violations


def test_no_page_breaks_a_rule_of_axe_on_a_phone_or_a_desk(site, dump, tmp_path):
    found = violations(shutil.copytree(site, tmp_path / "site"), dump)
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_axe_would_tell_what_is_wrong(dump, tmp_path):
    (tmp_path / "page.html").write_text('<img src="x.png"><p>Sans langue', encoding="utf-8")
    (broken,) = violations(tmp_path, dump, widths=[375]).values()
    assert {rule.split(" ")[0] for rule in broken} >= {"image-alt", "html-has-lang"}
