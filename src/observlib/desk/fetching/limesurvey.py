"""The responses of a LimeSurvey survey, by its RemoteControl interface (JSON-RPC).

Its administrator must have switched the interface on. What the loader would not read, such as
names, and comments but where the device has `verbatims`, is dropped before anything is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.catalogue import Device, Questionnaire
from observlib.desk.fetching import web
from observlib.loaders.limesurvey import without_the_rest

_ENDPOINT = "/admin/remotecontrol"


def responses(device: Device, questionnaire: Questionnaire, path: Path) -> str:
    """The responses of a device's survey, finished or not, as CSV with codes.

    Without what the loader would not read. `path` is what messages name.
    """
    limesurvey = web.server("LimeSurvey", "USER", "PASSWORD")
    content = _download(limesurvey, device)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ObservError(
            f"{limesurvey.host}: the export is not UTF-8 at byte {error.start}"
        ) from error
    return without_the_rest(Path(path.name), text, questionnaire, bool(device.verbatims))


def _download(limesurvey: web.Server, device: Device) -> bytes:
    """The survey's export as LimeSurvey sends it."""
    try:
        import requests
        from citric import Client
        from citric.exceptions import LimeSurveyError, ResponseMismatchError
    except ImportError as error:
        raise ObservError(
            "fetching surveys needs citric; install it with `pip install 'observlib[limesurvey]'`"
        ) from error

    class Impatient(requests.adapters.HTTPAdapter):
        def send(self, request: Any, *args: Any, **options: Any) -> Any:
            return super().send(request, *args, **(options | {"timeout": web.SECONDS}))

    host, survey, variable = limesurvey.host, device.survey_id, limesurvey.variable
    user, password = limesurvey.keys
    url = limesurvey.url.removesuffix(_ENDPOINT) + _ENDPOINT
    assert survey is not None
    try:
        with requests.Session() as session:
            session.max_redirects = 0  # a password goes to no other address
            session.trust_env = url.startswith("https:")  # to no proxy on the way to this machine
            session.mount("http://", Impatient())
            session.mount("https://", Impatient())
            with Client(url, user, password, requests_session=session) as client:
                return client.export_responses(
                    survey,
                    file_format="csv",
                    completion_status="all",
                    heading_type="code",
                    response_type="short",
                )
    except LimeSurveyError as error:
        said = limesurvey.without_keys(str(error))
        mend = _mend(said, limesurvey)
        raise ObservError(f"{host}, survey {survey}: LimeSurvey says {said!r}; {mend}") from None
    except requests.Timeout:
        raise ObservError(
            f"{host}: no answer within {web.SECONDS:g} seconds; try again later"
        ) from None
    except requests.TooManyRedirects:
        raise ObservError(
            f"{host}: sends on to another address; give that one in {variable}"
        ) from None
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "no"
        raise ObservError(f"{host}: answers with the status {status}; check {variable}") from None
    except requests.RequestException as error:
        kind = type(error).__name__
        raise ObservError(f"{host}: cannot be reached ({kind}); check {variable}") from None
    except (ResponseMismatchError, ValueError, KeyError, TypeError, AttributeError):
        raise ObservError(
            f"{host}: answers, but not as LimeSurvey's RemoteControl does; check {variable}"
        ) from None


def _mend(said: str, limesurvey: web.Server) -> str:
    """What to do about what LimeSurvey says."""
    said = said.casefold()
    if "password" in said or "user name" in said:
        return f"check {' and '.join(limesurvey.key_variables)}"
    if "no data" in said:
        return "the survey is not active, or no one has answered yet"
    if "permission" in said:
        return "ask for the right to export this survey's responses"
    if "invalid survey" in said:
        return "check the device's `survey_id`"
    if "rpc interface" in said or "json" in said:
        return "ask its administrator to switch on the JSON-RPC interface"
    return "ask its administrator"
