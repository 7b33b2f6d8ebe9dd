"""Tools: changes of code that a test could notice, and the tables of the page on the machine."""

from pathlib import Path

import pandas as pd

from observlib.themes.verbatims.machine import Measured
from tools.mutation import mutants, nearest
from tools.texts import page

SOURCE = '''"""A docstring of 11 words."""
def few(n: int = 3) -> bool:
    "é"
    if not n and 0 < n <= 11:
        raise ValueError(f"{n + 1} is 10 at most")
    keep(n)
    n += 1
    return n * 2 == -n
'''


def test_what_is_changed_is_what_a_test_could_notice():
    found = {(m.line, m.before, m.after) for m in mutants(Path("few.py"), SOURCE)}
    wanted = {
        (2, "3", "(4)"), (4, "not n", "(n)"),
        (4, "not n and 0 < n <= 11", "(not n or 0 < n <= 11)"),
        (4, "not n and 0 < n <= 11", "(not (not n and 0 < n <= 11))"),
        (4, "0 < n <= 11", "(0 <= n <= 11)"), (4, "0 < n <= 11", "(0 < n < 11)"),
        (4, "11", "(10)"), (6, "keep(n)", "pass"), (7, "n += 1", "pass"), (8, "n * 2", "(n / 2)"),
        (8, "-n", "(n)"), (8, "n * 2 == -n", "(n * 2 != -n)"),
        (8, "return n * 2 == -n", "return None"),
    }  # fmt: skip
    assert wanted <= found
    assert not {line for line, *_ in found} & {1, 3, 5}  # messages and docstrings
    raw = SOURCE.encode()
    for mutant in mutants(Path("few.py"), SOURCE):
        assert raw[mutant.start : mutant.end].decode() == mutant.before
        compile(raw[: mutant.start] + mutant.after.encode() + raw[mutant.end :], "few.py", "exec")


def test_the_nearest_tests_are_those_of_a_module_s_name_and_those_that_import_it(tmp_path):
    for name, text in (
        ("base/test_kept_long", ""), ("cli/test_a", "from observlib.base import (\n    kept,\n)"),
        ("cli/test_b", "from observlib.base.kept import key"), ("cli/test_d", "import keptness"),
        ("cli/test_c", "import observlib.base.kept as k"), ("cli/test_e", "from .base import kept"),
        ("themes/polls/test_polls", ""),
    ):  # fmt: skip
        path = tmp_path / "tests" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importing = [f"tests/cli/test_{name}.py" for name in "abc"]
    assert nearest(Path("base/kept.py"), tmp_path) == ["tests/base/test_kept_long.py", *importing]
    found = nearest(Path("themes/polls/__init__.py"), tmp_path)
    assert found == ["tests/themes/polls/test_polls.py"]


def test_each_answer_has_what_is_guessed_right_and_what_it_is_taken_for():
    names = ["négatif", "neutre", "positif"]
    shares = [[0.8, 0.15, 0.05], [0.3, 0.5, 0.2], [0.0, 0.1, 0.9]]
    n = pd.Series([1000, 20, 480], names)
    found = Measured(0.734, 0.25, pd.DataFrame(shares, names, names), n)
    said = page({"Ressenti": found}).replace("\u202f", " ").replace("\u00a0", " ")
    assert "| Ressenti | 1 500 | 0,73 | 0,25 |" in said
    assert "| Ressenti | neutre | 20 | 50 % | négatif : 30 % et positif : 20 % |" in said
    assert "| Ressenti | positif | 480 | 90 % | négatif : 0 % et neutre : 10 % |" in said
    assert said.count("{#tbl-") == 2 and said.startswith("<!-- written by")
