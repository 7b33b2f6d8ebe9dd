"""Asterisk's call detail records, which would count callers who gave up as answered."""

import pytest

from observlib.base.errors import ObservError
from observlib.loaders import load


@pytest.mark.parametrize("name", ["Master.csv", "Master2.csv", "CELMaster1.csv"])
def test_records_of_channels_are_refused_and_say_which_file_to_give(name, shared_data, catalogue):
    device = catalogue.devices["appels-3939-journal"]
    device = device.model_copy(update={"loader": "asterisk_cdr"})
    with pytest.raises(ObservError, match="give the file /var/log/asterisk/queue_log") as caught:
        load(shared_data / "formats" / "asterisk-cdr" / name, device, catalogue)
    assert "\n" not in str(caught.value) and name in str(caught.value)
