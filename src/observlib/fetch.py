"""Downloading the responses of a LimeSurvey survey into a folder of raw exports.

The survey is reached by LimeSurvey's RemoteControl interface (JSON-RPC), which its administrator
must have switched on. The address, user and password come from the environment and are written
nowhere. What the loader would not read, such as names and comments, is never written to disk.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from observlib import files
from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError, UsageError
from observlib.loaders.limesurvey import without_the_rest
from observlib.store import DEMONSTRATION

SECONDS = 60.0  # after which a server that says nothing is given up
_VARIABLES = tuple(f"OBSERV_LIMESURVEY_{name}" for name in ("URL", "USER", "PASSWORD"))
_ENDPOINT = "/admin/remotecontrol"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def fetch(
    name: str,
    catalogue: Catalogue,
    folder: Path,
    *,
    today: date | None = None,
    seconds: float = SECONDS,
) -> Path:
    """Download the responses of a device's survey, finished or not, as CSV with codes.

    Parameters
    ----------
    name
        Id of a device with the loader `limesurvey` and a `survey_id`.
    catalogue
        With the device and its questionnaire.
    folder
        Of raw exports; made where absent. The file's name is the device's `pattern`, with the
        day for its `*`; one of that name is replaced, at once.
    today
        The day, today by default.
    seconds
        Without an answer after which the server is given up.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ObservError
        Where the device cannot be fetched, the environment does not say how, the server refuses,
        answers badly or not at all, or the file cannot be written. An earlier file is then as it
        was.
    """
    device = _device(name, catalogue)
    questionnaire = catalogue.questions_of(device)
    path = folder / _file_name(device, today or date.today())
    if any((parent / DEMONSTRATION).is_file() for parent in path.resolve().parents):
        raise UsageError(
            f"{folder}: holds the demonstration, with which real data is never mixed; "
            f"name another folder with --to"
        )
    url, user, password = _access()
    content = _download(url, user, password, device, seconds)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ObservError(f"{_host(url)}: the export is not UTF-8 at byte {error.start}") from error
    text = without_the_rest(Path(path.name), text, questionnaire)
    with files.telling_write_errors(folder, "an earlier file is as it was"):
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(path, text)
    return path


def _device(name: str, catalogue: Catalogue) -> Device:
    device = catalogue.devices.get(name)
    if device is None or device.survey_id is None or device.loader != "limesurvey":
        able = [d.id for d in catalogue.devices.values() if d.survey_id is not None]
        raise UsageError(
            f"device {name!r}: is no survey that can be fetched, which has the loader limesurvey "
            f"and the key `survey_id`; such devices are: {', '.join(able) or 'none'}"
        )
    return device


def _file_name(device: Device, today: date) -> PurePath:
    """A name that the device's pattern claims."""
    name = PurePath(device.pattern.replace("*", today.isoformat(), 1))
    if name.suffix != ".csv" or name.is_absolute() or set("*?[]") & set(str(name)):
        raise ObservError(
            f"device {device.id!r}: its pattern {device.pattern!r} makes no file name; write it "
            f"with one * and .csv, such as {device.id}_*.csv"
        )
    return name


def _access() -> tuple[str, str, str]:
    """Address, user and password of LimeSurvey, from the environment."""
    given = {name: os.environ.get(name, "").strip() for name in _VARIABLES}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise UsageError(
            f"{', '.join(missing)}: not set in the environment; the address is LimeSurvey's, "
            f"such as https://enquetes.example/index.php"
        )
    url, user, password = given.values()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.username or parts.scheme not in ("http", "https"):
        raise UsageError(
            f"{_VARIABLES[0]}: is no address such as https://enquetes.example/index.php "
            f"(user and password have variables of their own)"
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise UsageError(f"{_VARIABLES[0]}: would send the password readable by all; use https")
    url = url.rstrip("/")
    return url if url.endswith(_ENDPOINT) else url + _ENDPOINT, user, password


def _download(url: str, user: str, password: str, device: Device, seconds: float) -> bytes:
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
            return super().send(request, *args, **(options | {"timeout": seconds}))

    host, survey = _host(url), device.survey_id
    assert survey is not None
    try:
        with requests.Session() as session:
            session.max_redirects = 0  # a password goes to no other address
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
        said = str(error).replace(password, "…")[:120]
        raise ObservError(
            f"{host}, survey {survey}: LimeSurvey says {said!r}; {_mend(said)}"
        ) from None
    except requests.Timeout:
        raise ObservError(
            f"{host}: no answer within {seconds:g} seconds; try again later"
        ) from None
    except requests.TooManyRedirects:
        raise ObservError(
            f"{host}: sends on to another address; give that one in {_VARIABLES[0]}"
        ) from None
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "no"
        raise ObservError(
            f"{host}: answers with the status {status}; check {_VARIABLES[0]}"
        ) from None
    except requests.RequestException as error:
        kind = type(error).__name__
        raise ObservError(f"{host}: cannot be reached ({kind}); check {_VARIABLES[0]}") from None
    except (ResponseMismatchError, ValueError, KeyError, TypeError, AttributeError):
        raise ObservError(
            f"{host}: answers, but not as LimeSurvey's RemoteControl does; check {_VARIABLES[0]}"
        ) from None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _mend(said: str) -> str:
    """What to do about what LimeSurvey says."""
    said = said.casefold()
    if "password" in said or "user name" in said:
        return f"check {_VARIABLES[1]} and {_VARIABLES[2]}"
    if "no data" in said:
        return "the survey is not active, or no one has answered yet"
    if "permission" in said:
        return "ask for the right to export this survey's responses"
    if "invalid survey" in said:
        return "check the device's `survey_id`"
    if "rpc interface" in said or "json" in said:
        return "ask its administrator to switch on the JSON-RPC interface"
    return "ask its administrator"
