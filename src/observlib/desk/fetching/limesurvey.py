"""The responses of a LimeSurvey survey, by its RemoteControl interface (JSON-RPC).

Its administrator must have switched the interface on. What the loader would not read, such as
names, and comments but where the device has `verbatims`, is dropped before anything is written.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.catalogue import Device, Questionnaire
from observlib.desk.fetching.web import ask, server
from observlib.loaders.limesurvey import without_the_rest

_ENDPOINT = "admin/remotecontrol"
_SWITCH_ON = "ask its administrator to switch on the JSON-RPC interface"
_KEYS = "check OBSERV_LIMESURVEY_USER and OBSERV_LIMESURVEY_PASSWORD"
_MENDS = {  # what to do about what LimeSurvey says
    "password": _KEYS,
    "user name": _KEYS,
    "no data": "the survey is not active, or no one has answered yet",
    "permission": "ask for the right to export this survey's responses",
    "invalid survey": "check the device's `survey_id`",
    "rpc interface": _SWITCH_ON,
}


def responses(device: Device, questionnaire: Questionnaire, path: Path) -> str:
    """The responses of a device's survey, finished or not, as CSV with codes.

    Without what the loader would not read. `path` is what messages name.
    """
    limesurvey = server("LimeSurvey", "USER", "PASSWORD")
    limesurvey = limesurvey._replace(url=limesurvey.url.removesuffix(f"/{_ENDPOINT}"))

    def call(method: str, *params: Any, read: Callable[[Any], Any] = str) -> Any:
        result, fault = ask(
            limesurvey,
            _ENDPOINT,
            content={"method": method, "params": params, "id": 1},
            headers={"Content-Type": "application/json"},
            read=lambda answer: _result(answer, read),
            unless_json=_SWITCH_ON,
        )
        if fault:
            said = limesurvey.without_keys(fault)
            mends = (mend for words, mend in _MENDS.items() if words in said.casefold())
            mend = next(mends, "ask its administrator")
            raise ObservError(
                f"{limesurvey.host}, survey {device.survey_id}: LimeSurvey says {said!r}; {mend}"
            )
        return result

    key = call("get_session_key", *limesurvey.keys, "Authdb")
    try:
        how = (device.survey_id, "csv", None, "all", "code", "short")
        content = call("export_responses", key, *how, read=base64.b64decode)
    finally:
        with suppress(ObservError):  # LimeSurvey itself ends those that were left
            call("release_session_key", key)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ObservError(
            f"{limesurvey.host}: the export is not UTF-8 at byte {error.start}"
        ) from error
    return without_the_rest(Path(path.name), text, questionnaire, bool(device.verbatims))


def _result(answer: Any, read: Callable[[Any], Any]) -> tuple[Any, str]:
    """What a method gives, and what LimeSurvey says to be wrong."""
    result, fault = answer["result"], answer["error"]
    if isinstance(result, dict) and result.get("status") not in ("OK", None):
        fault = fault or result["status"]
    return (None, str(fault)) if fault else (read(result), "")
