"""The tool that changes the code: each of its changes is one, is Python, and is told in place."""

from pathlib import Path

from tools.mutation import mutants

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
    raw = SOURCE.encode()
    for mutant in mutants(Path("few.py"), SOURCE):
        assert raw[mutant.start : mutant.end].decode() == mutant.before
        compile(raw[: mutant.start] + mutant.after.encode() + raw[mutant.end :], "few.py", "exec")
