"""The tool that changes the code: each of its changes is one, is Python, and is told in place."""

from pathlib import Path

import pytest

from tools.mutation import LIBRARY, ROOT, mutants

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
        (2, "3", "(4)"),
        (4, "not n", "(n)"),
        (4, "not n and 0 < n <= 11", "(not n or 0 < n <= 11)"),
        (4, "not n and 0 < n <= 11", "(not (not n and 0 < n <= 11))"),
        (4, "0 < n <= 11", "(0 <= n <= 11)"),
        (4, "0 < n <= 11", "(0 < n < 11)"),
        (4, "11", "(10)"),
        (6, "keep(n)", "pass"),
        (7, "n += 1", "pass"),
        (8, "n * 2", "(n / 2)"),
        (8, "-n", "(n)"),
        (8, "n * 2 == -n", "(n * 2 != -n)"),
        (8, "return n * 2 == -n", "return None"),
    }
    assert wanted <= found
    assert not {line for line, *_ in found} & {1, 3, 5}  # messages and docstrings


@pytest.mark.parametrize("name", ["store/ledger.py", "confidentiality/differencing.py"])
def test_every_change_is_python_and_no_other(name):
    source = (ROOT / LIBRARY / name).read_bytes()
    found = list(mutants(Path(name), source.decode()))
    assert len(found) > 15 and len(set(found)) == len(found)
    for mutant in found:
        changed = source[: mutant.start] + mutant.after.encode() + source[mutant.end :]
        compile(changed, name, "exec")
        assert source[mutant.start : mutant.end].decode() == mutant.before
        assert changed != source
