"""The editions that the site holds: each in a folder of its own, and what leads to them all.

`_site/2026-T3/` is a whole site, which nothing that is published later changes. Beside these
folders stand the front page, `editions/` (list, series), the feed and the calendar.
"""
