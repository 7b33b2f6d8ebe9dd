"""The sentences of all themes, by theme: what a study says of its estimates.

What any theme may say is here by name; what one theme alone says is in the module of its name,
such as `findings.contacts`.
"""

from observlib.comparison import sentences as changes
from observlib.sentences import absent, extremes, incomplete, leading, span, together, withheld
from observlib.themes.actions import sentences as actions
from observlib.themes.audience import sentences as audience
from observlib.themes.contacts import sentences as contacts
from observlib.themes.devices import sentences as devices
from observlib.themes.experiences import sentences as experiences
from observlib.themes.peers import sentences as peers
from observlib.themes.polls import sentences as polls
from observlib.themes.practices import sentences as practices
from observlib.themes.procedures import sentences as procedures
from observlib.themes.products import sentences as products
from observlib.themes.profiles import sentences as profiles
from observlib.themes.sales import sentences as sales
from observlib.themes.satisfaction import sentences as satisfaction
from observlib.themes.subscriptions import sentences as subscriptions
from observlib.themes.surveys import drivers_sentences as drivers
from observlib.themes.surveys import groups_sentences as groups
from observlib.themes.surveys import sentences as surveys
from observlib.themes.surveys import weighted_sentences as weighted
from observlib.themes.user_tests import sentences as user_tests
from observlib.themes.workshops import sentences as workshops

__all__ = [
    "absent",
    "actions",
    "audience",
    "changes",
    "contacts",
    "devices",
    "drivers",
    "experiences",
    "extremes",
    "groups",
    "incomplete",
    "leading",
    "peers",
    "polls",
    "practices",
    "procedures",
    "products",
    "profiles",
    "sales",
    "satisfaction",
    "span",
    "subscriptions",
    "surveys",
    "together",
    "user_tests",
    "weighted",
    "withheld",
    "workshops",
]
