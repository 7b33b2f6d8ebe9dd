"""Survey statistics: numbers in, numbers out; nothing here knows an indicator or a page.

- weights: `weighting` (calibration to margins, with `constraints`, `auxiliary`, `newton`);
- estimates of a designed sample: `design` (what was drawn, and how), then `estimation`,
  `proportions`, `quantiles`, `association` and `regression`, with variances by `linearisation`;
- answers taken as a simple sample: `intervals`, and `small_samples` for a dozen participants;
- texts that people read and a machine guesses: `prediction_powered`, `agreement` of readers;
- `columns`: a frame's numbers, and the names that messages give to its rows;
- differences and changes: `differences`, `comparison`, `multiplicity`, and `planning` of what they
  need; durations: `survival`.

A designed sample has the values of R's package `survey`, but where a docstring says otherwise:
`tests/stats/survey/test_against_r.py` runs it on the same answers, where it is installed.

What statsmodels and scipy have, they compute: survival, exact and adjusted intervals, intervals of
quantiles, bootstrap. They know no sampling design, and of a difference neither a base without
chance, that of a whole population, nor the p value that agrees with its interval.

Studies use a part of it. The rest is what an analyst's own study is likely to ask next: totals and
ratios, association, logistic regression, exact and bootstrap intervals.
"""
