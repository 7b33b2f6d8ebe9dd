"""The tables of the method's page on the machine: each share where a reader looks for it."""

import pandas as pd

from observlib.themes.verbatims.machine import Measured
from tools.texts import page


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
