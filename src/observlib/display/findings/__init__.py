"""Findings: the sentences that a study opens with, written from estimates.

What several studies say is here by name; what one theme alone says is in the module of its name,
such as `findings.contacts`.
"""

from observlib.display.findings import (
    actions,
    changes,
    comparisons,
    contacts,
    devices,
    drivers,
    mobilisation,
    polls,
    practices,
    profiles,
    series,
    subscriptions_sales,
    surveys,
    weighted,
)
from observlib.display.findings.general import (
    absent,
    extremes,
    feelings,
    incomplete,
    leading,
    listening,
    product_summary,
    span,
    standing,
    together,
    withheld,
)

__all__ = [
    "absent",
    "actions",
    "changes",
    "comparisons",
    "contacts",
    "devices",
    "drivers",
    "extremes",
    "feelings",
    "incomplete",
    "leading",
    "listening",
    "mobilisation",
    "polls",
    "practices",
    "product_summary",
    "profiles",
    "series",
    "span",
    "standing",
    "subscriptions_sales",
    "surveys",
    "together",
    "weighted",
    "withheld",
]
