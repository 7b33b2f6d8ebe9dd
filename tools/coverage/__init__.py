"""How often published intervals hold the truth, over many demonstrations drawn again.

The demonstration's models say what is true. Their draws are repeated with other chance, each is
estimated by the indicators that publish, and the intervals that hold the truth are counted: at
95 %, 93 to 97 of a hundred should. `python -m tools.coverage` (`make coverage`) does it for
half an hour, and writes `coverage.csv` and `breaks.csv` (of changes of level that are none) in
`data/reference`, and the tables of the method's page.
"""
