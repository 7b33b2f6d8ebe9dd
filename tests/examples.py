"""How many examples a property is tried on: all of them, but in `make test`."""

from hypothesis import settings

QUICK = 10  # per cent: of the profile `quick`, for which `make test` asks


def examples(most: int) -> settings:
    """So many examples of a property, of which the profile `quick` tries a tenth."""
    return settings(max_examples=max(min(most, 3), most * settings.default.max_examples // 100))
