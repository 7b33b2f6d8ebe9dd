"""What the sentences of contacts compute of the catalogue."""

import pandas as pd

from observlib.catalogue import Catalogue, Device


def _desks(frame: pd.DataFrame, catalogue: Catalogue) -> list[Device]:
    """The devices of a frame that promise an answer within some days."""
    known = [name for name in frame["device"].unique() if name in catalogue.devices]
    return [catalogue.devices[name] for name in known if catalogue.devices[name].promise_days]
