"""Sentences as templates: a misspelt name stops no edition, words cannot become marks."""

from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError, nodes

from observlib.language import templates as engine
from observlib.themes import templates

FOLDER = Path(templates.__file__).parent
FILES = sorted(FOLDER.rglob("*.j2"))


def _environment(tmp_path: Path, name: str, text: str) -> Environment:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return engine.environment(tmp_path, {"double": lambda x: 2 * x}, engine.as_text)


def _said(tmp_path: Path, text: str, *given: object, name: str = "a.j2") -> str:
    macros = engine.sentences(_environment(tmp_path, name, text), name, {})
    return macros["say"](*given)


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


def test_lines_of_blocks_leave_no_line_and_a_condition_that_fails_no_space(tmp_path):
    text = """{% macro say(names) %}
    On compte
    {% if names|length > 1 %}
      {{ names|length }} noms :

    {% endif %}
    {{ names|join -}}
    {% if names|length > 1 %}, ensemble{% endif -%}
    .
{% endmacro %}"""
    assert _said(tmp_path, text, ["a", "b"]) == "On compte 2 noms : a et b, ensemble."
    assert _said(tmp_path, text, ["a"]) == "On compte a."


def test_items_of_markdown_are_lines_and_what_others_wrote_is_no_mark(tmp_path):
    text = """{% macro say(names) %}
{% for name in names %}
- **{{ name }}** :
vu.
{% if name == "b" %}Deux fois.{% endif %}
{% endfor %}

Fin {{ "*a*"|capital }}.
{% endmacro %}"""
    said = _said(tmp_path, text, ["[a](b)", "b"], name="a.md.j2")
    assert said == "- **\\[a\\](b)** : vu.\n- **b** : vu. Deux fois.\n\nFin \\*a\\*."


def test_a_name_that_is_misspelt_is_an_error_and_no_empty_word(tmp_path):
    with pytest.raises(UndefinedError, match="'nom' is undefined"):
        _said(tmp_path, "{% macro say(name) %}{{ nom }}{% endmacro %}", "a")
