"""New files to fill in: a practice sheet, a study, a listening device. Nothing is overwritten."""

from observlib.scaffold.device import choices, fault_of, new_device, required
from observlib.scaffold.practice import new_practice
from observlib.scaffold.study import new_study

__all__ = ["choices", "fault_of", "new_device", "new_practice", "new_study", "required"]
