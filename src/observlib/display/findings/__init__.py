"""Findings: the sentences that a study opens with, written from estimates.

What several studies say is here by name; what one theme alone says is in the module of its name,
such as `findings.contacts`.
"""

from observlib.display.findings import (
    actions,
    comparisons,
    contacts,
    devices,
    mobilisation,
    polls,
    practices,
    profiles,
    series,
    subscriptions_sales,
    surveys,
)
from observlib.display.findings.general import (
    absent,
    extremes,
    feelings,
    incomplete,
    leading,
    listening,
    moved,
    product_summary,
    span,
    standing,
    together,
    withheld,
)

__all__ = [
    "absent",
    "actions",
    "comparisons",
    "contacts",
    "devices",
    "extremes",
    "feelings",
    "incomplete",
    "leading",
    "listening",
    "mobilisation",
    "moved",
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
    "withheld",
]
