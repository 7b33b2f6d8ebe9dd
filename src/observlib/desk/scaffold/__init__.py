"""New files to fill in: a practice sheet, a study, a listening device. Nothing is overwritten."""
