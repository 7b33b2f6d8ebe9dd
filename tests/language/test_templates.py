"""Sentences as templates: a misspelt name stops no edition, words cannot become marks."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError, nodes

from observlib.language import templates as engine
from observlib.themes import templates

FOLDER = Path(templates.__file__).parent
FILES = sorted(FOLDER.rglob("*.j2"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_template_names_nothing_that_is_not_there(path):
    known = templates.theme_templates()
    theme = path.name.partition(".")[0] if path.parent == FOLDER else path.parent.name
    tree = known.parse(known.loader.get_source(known, str(path.relative_to(FOLDER)))[0])
    names = list(tree.find_all(nodes.Name))
    stored = {one.name for one in names if one.ctx in ("store", "param")}
    macros = {one.name for one in tree.find_all(nodes.Macro)}
    beside = {*known.globals, *vars(templates.narrative(theme)), *templates.facts(theme)}
    asked = {one.name for one in names if one.ctx == "load"}
    assert asked <= stored | macros | beside | {"catalogue", "loop", "none"}


def test_a_name_that_is_misspelt_is_an_error_and_no_empty_word(tmp_path):
    (tmp_path / "a.j2").write_text("{% macro say(name) %}{{ nom }}{% endmacro %}", "utf-8")
    macros = engine.sentences(engine.environment(tmp_path, {}, engine.as_text), "a.j2", {})
    with pytest.raises(UndefinedError, match="'nom' is undefined"):
        macros["say"]("a")
