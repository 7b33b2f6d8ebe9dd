"""What no statistic can be made of is refused in words that say what is allowed."""

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from observlib.base.errors import ObservError

REFUSED = yaml.safe_load(Path(__file__).with_name("refused.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_number_follows_from_is_refused_and_never_computed(name):
    module, function = name.rsplit(".", 1)
    called = getattr(import_module(f"observlib.stats.{module}"), function)
    for why, cases in REFUSED[name].items():
        for case in cases:
            with pytest.raises((ValueError, ObservError), match=why):
                called(**case) if isinstance(case, dict) else called(*case)
