"""The editions that the site holds: each in a folder of its own, and what leads to them all.

`_site/2026-T3/` is a whole site, with its own style and method: nothing that is published later
changes or breaks it. Beside these folders stand the front page (a copy of the latest edition's),
`editions/` (their list, the published series), the feed and the calendar.
"""
