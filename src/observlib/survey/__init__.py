"""Survey statistics: numbers in, numbers out; nothing here knows an indicator or a page.

- weights: `weighting` (calibration to margins, with `constraints`, `auxiliary`, `newton`);
- estimates of a designed sample: `design` (what was drawn, and how), then `estimation`,
  `proportions`, `quantiles`, `association` and `regression`, with variances by `linearisation`;
- answers taken as a simple sample: `intervals`, and `small_samples` for a dozen participants;
- differences and changes: `differences`, `comparison`, `multiplicity`; durations: `survival`.
"""
