"""Survey statistics: numbers in, numbers out; nothing here knows an indicator or a page.

- weights: `weighting` (calibration to margins, which `constraints` reads);
- estimates of a designed sample: `design` (what was drawn, and how), then `estimation`,
  `proportions`, `quantiles` (and durations), `association` (tests and regression);
- answers taken as a simple sample, texts that a machine reads too: `intervals`;
- differences and changes: `differences`, `comparison`, `specifications`, and `planning` of what
  they need; who did not answer: `nonresponse`; what most needs work: `ranking`.

A designed sample has the values of R's package `survey`, but where a docstring says otherwise:
`tests/stats/survey/test_against_r.py` runs it on the same answers, where it is installed.

What statsmodels and scipy have, they compute: survival, exact and adjusted intervals, intervals of
quantiles. They know no sampling design, and of a difference neither a base without chance, that of
a whole population, nor the p value that agrees with its interval.
"""
