"""Between two editions: what each device heard day by day, and the alarm where it changed for good.

Marks that fall, waits that grow, calls and messages that multiply, a device that falls silent. An
alarm is no verdict of an edition: it says where to look, days after a change began.
"""

from observlib.desk.watch.alarms import Alarm, raised, sentence
from observlib.desk.watch.sending import letter, remember, remembered, send, unheard

__all__ = [
    "Alarm",
    "letter",
    "raised",
    "remember",
    "remembered",
    "send",
    "sentence",
    "unheard",
]
