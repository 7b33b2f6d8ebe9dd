"""New files to fill in: a practice sheet, a study, a listening device. Nothing is overwritten."""

from observlib.desk.scaffold.device import (
    choices,
    fault_of,
    new_device,
    new_practice,
    required,
    with_format,
)
from observlib.desk.scaffold.proposal import Proposal, Question, Wishes
from observlib.desk.scaffold.propose import propose
from observlib.desk.scaffold.recognise import (
    Match,
    by_form,
    equally_good,
    first_rows,
    recognised,
    two_forms,
    why_not,
)

__all__ = [
    "Match",
    "Proposal",
    "Question",
    "Wishes",
    "by_form",
    "choices",
    "equally_good",
    "fault_of",
    "first_rows",
    "new_device",
    "new_practice",
    "propose",
    "recognised",
    "required",
    "two_forms",
    "why_not",
    "with_format",
]
