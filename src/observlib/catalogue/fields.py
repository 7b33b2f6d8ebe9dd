"""The fields of each tidy table that formats may give."""

from __future__ import annotations

# The fields that a format may give of each table, and what their cells are. `?`: may be empty; `~`:
# may be empty, and where it cannot be read it alone is refused, and its row's other cells are not.
FIELDS: dict[str, dict[str, str]] = {
    "calls": {
        "call_id": "text", "moment": "moment", "outcome": "words", "wait": "time",
        "talk": "time?", "theme": "theme?", "area": "place~",
    },
    "call_intervals": {
        "moment": "moment", "offered": "signed", "answered": "signed", "abandoned": "signed",
        "wait": "times?", "talk": "times?", "area": "place?",
    },
    "tickets": {
        "ticket_id": "ticket", "received": "moment", "answered": "moment?", "closed": "moment?",
        "extracted": "moment?", "reopened": "flag?", "theme": "theme?",
    },
    "sales": {
        "month": "month", "day": "day", "title_id": "title_id", "title": "title",
        "format": "words", "units": "signed", "revenue": "amount?", "returns": "signed?",
        "nature": "words?", "product": "product?", "currency": "text?", "price": "amount?",
        "discount": "amount?",
    },
    "subscriptions": {
        "month": "month", "list": "list", "cohort": "month?", "stock": "count", "joins": "count",
        "leaves": "count", "product": "product?", "joined": "moment?", "left": "moment?",
    },
    "audience": {
        "day": "day", "month": "month", "start": "day", "end": "day", "period": "period",
        "product": "product?", "visits": "count", "visitors": "count?", "actions": "count?",
        "downloads": "count?", "bounces": "count?", "seconds": "times?", "area": "place?",
    },
    "sections": {
        "day": "day", "month": "month", "start": "day", "end": "day", "period": "period",
        "product": "product?", "section": "section", "visits": "count",
    },
    "ratings": {
        "answer_id": "answer", "date": "moment", "answers": "count?", "product": "product?",
        "satisfaction": "mark~", "clarity": "mark~", "help_reached": "mark~",
        "help_satisfaction": "mark~", "question": "text", "value": "mark~",
        "scale_min": "number", "scale_max": "number", "area": "place~",
    },
    "polls": {
        "poll_id": "text", "server": "host", "date": "day", "closed": "moment",
        "network": "text", "question": "text", "option": "text", "votes": "count?",
        "share": "text?", "voters": "count?", "followers": "count?", "product": "product?",
    },
    "user_tests": {
        "participant": "participant", "session": "label?", "date": "day", "system": "label?",
        "task": "label?", "success": "words~", "time": "task_time~", "errors": "count~",
        "problems": "text?", **{f"sus_{item}": "item~" for item in range(1, 11)},
    },
    "figures": {
        "organisation": "line", "period": "period", "day": "day", "subject": "line",
        "area": "line?", "level": "line?", "measure": "line", "value": "figure", "unit": "unit",
        "n": "base?", "mode": "line?", "definition": "line?", "source_title": "line",
        "published": "published?", "url": "url?", "licence": "line?",
        "comparable_with": "indicator?", "reservation": "line?",
    },
    "counters": {
        "counter_id": "name", "name": "name", "departement": "departement", "format": "name?",
    },
    "responses": {
        "response_id": "text", "date": "moment?", "started": "moment?", "finished": "flag?",
    },
}  # fmt: skip
# The fields of which a format must give at least one of each.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "audience": (("visits",), ("day", "month", "start", "period")),
    "sections": (("section",), ("visits",), ("day", "month", "start", "period")),
    "ratings": (("date",), ("value", "satisfaction", "clarity", "help_reached")),
}
GO_WITH = {"start": "end", "value": "question", "scale_max": "scale_min"}
