"""Survey statistics: numbers in, numbers out; nothing here knows an indicator or a page.

- weights: `weighting` (raking to margins);
- a designed sample: `design` (what was drawn, and how), then `estimation`, `proportions` (and
  durations), `association` (differences, regression, what most needs work, and what those who did
  not answer may change);
- answers taken as a simple sample, texts that a machine reads too: `intervals`;
- `differences` of estimates and what they need, `comparison` of all that a study tests.

A designed sample has the values of R's package `survey`, but where a docstring says otherwise
(`tests/stats/survey/test_against_r.py`). What statsmodels and scipy have, they compute; they know
no sampling design, no base without chance, and no p value that agrees with its interval.
"""
