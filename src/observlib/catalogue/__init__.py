"""What exists, read from YAML: departments, products, devices, questionnaires, indicators, …

The catalogue is data that people edit. Every file is checked whole, and every mistake in it is
told at once with its file, line and key.
"""

from observlib.catalogue.entries import (
    CHANNEL_LABELS,
    CHANNELS_IN_ENGLISH,
    Channel,
    Coded,
    Department,
    Device,
    Family,
    FamilyLabel,
    Frequency,
    Group,
    Indicator,
    Named,
    Partner,
    Peer,
    Product,
    Revision,
    Task,
)
from observlib.catalogue.formats import (
    FIELDS,
    SQLITE,
    Beside,
    Column,
    Format,
    Keep,
    Layout,
    fetched_from,
    load_formats,
)
from observlib.catalogue.questionnaires import (
    UNREAD,
    Question,
    Questionnaire,
    Routing,
    outside_margins,
    plain_code,
)
from observlib.catalogue.whole import Catalogue, load_catalogue, needed_by

__all__ = [
    "CHANNELS_IN_ENGLISH",
    "CHANNEL_LABELS",
    "FIELDS",
    "SQLITE",
    "UNREAD",
    "Beside",
    "Catalogue",
    "Channel",
    "Coded",
    "Column",
    "Department",
    "Device",
    "Family",
    "FamilyLabel",
    "Format",
    "Frequency",
    "Group",
    "Indicator",
    "Keep",
    "Layout",
    "Named",
    "Partner",
    "Peer",
    "Product",
    "Question",
    "Questionnaire",
    "Revision",
    "Routing",
    "Task",
    "fetched_from",
    "load_catalogue",
    "load_formats",
    "needed_by",
    "outside_margins",
    "plain_code",
]
