"""Fetching: from a tool's server, or a table, to a file in the folder of raw exports.

A fetch makes one dated file as the tool itself would export it; nothing else ever asks a server.
Keys come from the environment and are written nowhere. Only what the device's loader reads is
written to disk: no name, address, subject or text of a person.
"""

import base64
import contextlib
import html
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.base.files import Progress
from observlib.catalogue import Catalogue, Device, Format, Questionnaire
from observlib.catalogue.formats import fetched_from
from observlib.desk import sources
from observlib.desk.sources import AnswerPage, PagedSource, Records, Server, StaleError, as_csv, ask
from observlib.loaders.surveys import without_the_rest
from observlib.store import DEMONSTRATION_FILE

_JSON = ("matomo_json", "datagouv_metrics", "zendesk_api")  # the loaders that read it
_DATED = ("matomo", "zendesk", "glpi")  # of which a part may be asked for


class _Wanted(NamedTuple):
    """What is fetched page by page: a device's records since a day, for its format."""

    device: Device
    form: Format | None
    since: date
    today: date


def fetch(
    name: str,
    catalogue: Catalogue,
    folder: Path,
    *,
    root: Path = Path(),
    since: date | None = None,
    today: date | None = None,
    progress: Progress = lambda done, total, name: None,
) -> Path:
    """Fetch what a device listens to, into a file that its pattern claims."""
    today = today or date.today()
    kinds = fetchable(catalogue)
    if name not in kinds:
        can = ", ".join(kinds) or "none"
        raise UsageError(f"device {name!r}: cannot be fetched; such devices are: {can}")
    device, kind = catalogue.devices[name], kinds[name]
    if since and (kind not in _DATED or since >= today):
        what = "is not before today" if kind in _DATED else f"does not go with {kind}"
        raise UsageError(f"--since {since}: {what}; leave it out")
    since = since or date(today.year - 2, 1, 1)
    path = folder / _file_name(device, today)
    if any((parent / DEMONSTRATION_FILE).is_file() for parent in path.resolve().parents):
        why = "holds the demonstration, with which real data is never mixed"
        raise UsageError(f"{folder}: {why}; name another folder with --to")
    with files.telling_write_errors(folder, "an earlier file is as it was"):
        if kind == "limesurvey":
            text = limesurvey(device, catalogue.questions_of(device), path)
        elif kind in _PAGED:
            form = catalogue.formats.get(device.loader)
            source = _PAGED[kind](_Wanted(device, form, since, today))
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "limesurvey":
            files.write_text(path, text)
        elif kind in _PAGED:
            part = path.parent / f".{device.id}.part"
            path = folder / _file_name(device, sources.gather(source, part, today, progress))
            sources.write_answer(source, part, path)
            part.unlink()
        else:
            sources.copy(device, catalogue, root, path, progress)
    return path


def fetchable(catalogue: Catalogue) -> dict[str, str]:
    """From where each device that can be fetched is: `matomo`, `address` …, by its id."""
    found = {name: fetched_from(device) for name, device in catalogue.devices.items()}
    return {name: kind for name, kind in found.items() if kind}


def _file_name(device: Device, today: date) -> PurePath:
    """A name that the device's pattern claims."""
    end = ".json" if device.loader in _JSON else ".csv"
    apart = "_" if device.pattern.partition("*")[0][-1:].isalnum() else ""
    name = PurePath(device.pattern.replace("*", apart + today.isoformat(), 1))
    if name.suffix != end or name.is_absolute() or set("*?[]") & set(str(name)):
        mend = f"write it with one * and {end}, such as {device.id}_*{end}"
        what = f"its pattern {device.pattern!r} makes no file name"
        raise ObservError(f"device {device.id!r}: {what}; {mend}")
    return name


# --- Matomo's Reporting API. `API.get` is asked, whose JSON is kept as it is, without the metrics
# that are not read; for the loader `matomo_csv` it is written as the CSV that Matomo makes of it.

_METRICS = ["nb_visits", "nb_uniq_visitors", "nb_actions", "nb_downloads"]
_METRICS += ["bounce_count", "sum_visit_length"]
_PERIODS = {"continuous": "day", "daily": "day", "weekly": "week"}


def matomo(wanted: _Wanted) -> PagedSource:
    """The visits of a site in periods that have ended: days by months, others by years."""
    site, device = sources.server("Matomo", "TOKEN"), wanted.device
    period = _PERIODS.get(device.frequency, "month")
    ended = (pd.Period(wanted.today, period[0].upper()) - 1).end_time.date()
    spans = _spans(wanted.since, ended, "M" if period == "day" else "Y")
    if not spans:
        none = f"no {period} has begun and ended since"
        raise UsageError(f"--since {wanted.since}: {none}; give an earlier")
    asked = {"url": site.url, "site": device.site_id, "period": period, "loader": device.loader}
    form = {"module": "API", "method": "API.get", "format": "JSON", "format_metrics": 0}
    form |= {"idSite": device.site_id or 0, "period": period, "columns": ",".join(_METRICS)}

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        for place, (first, last) in enumerate(spans, 1):
            if not cursor or first.isoformat() >= cursor:
                own = {**form, "date": f"{first},{last}", "token_auth": site.keys[0]}
                visits = ask(site, "index.php", form=own, read=_visits, said=_matomo_fault)
                after = spans[place][0].isoformat() if place < len(spans) else None
                yield AnswerPage(visits, after, place, len(spans))

    asked["since"] = wanted.since.isoformat()
    return PagedSource(site.host, asked, pages, _csv if device.loader == "matomo_csv" else _json)


def _spans(first: date, last: date, length: str) -> list[tuple[date, date]]:
    """Days in spans of months (`M`) or years (`Y`)."""
    if first > last:
        return []
    return [
        (max(span.start_time.date(), first), min(span.end_time.date(), last))
        for span in pd.period_range(first, last, freq=length)
    ]


def _visits(answer: Any) -> dict[str, dict[str, Any]]:
    """The metrics of each period of a span; none of one where Matomo says `[]`."""
    for key in answer:
        date.fromisoformat((key + "-01")[:10])  # else it is no period
    return {
        key: {name: value for name, value in told.items() if name in _METRICS} if told else {}
        for key, told in answer.items()
    }


def _matomo_fault(answer: Any) -> str:
    if isinstance(answer, dict) and answer.get("result") == "error":
        return str(answer.get("message") or "error")
    return ""


def _json(records: Records) -> Iterator[str]:
    """As `format=JSON`: an object of periods."""
    yield json.dumps({period: metrics or [] for period, metrics in records()})


def _csv(records: Records) -> Iterator[str]:
    """As `format=CSV`: a row a period, of zeros where there were no visits."""
    told = {name for _, metrics in records() for name in metrics}
    names = [name for name in _METRICS if name in told] or ["nb_visits"]
    yield as_csv([["date", *names]])
    for period, metrics in records():
        yield as_csv([[period, *(metrics.get(name, "" if metrics else 0) for name in names)]])


# --- data.gouv.fr's public API of metrics: the monthly visits and downloads of a data set

DATAGOUV = "https://metric-api.data.gouv.fr"
_MOST_MONTHS = 50  # months a page, the most that there may be


def datagouv(wanted: _Wanted) -> PagedSource:
    """All months of a device's data set; written as data.gouv.fr shows them."""
    metrics, name = Server("data.gouv.fr", DATAGOUV, "the network"), wanted.device.dataset_id or ""
    query = {"dataset_id__exact": name, "metric_month__sort": "asc", "page_size": _MOST_MONTHS}

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        number = cursor or 1
        while number:
            own = {**query, "page": number}
            months, is_last, total = ask(metrics, "api/datasets/data/", query=own, read=_months)
            after = None if is_last else number + 1
            yield AnswerPage(months, after, min(number * _MOST_MONTHS, total), total)
            number = after

    def text(records: Records) -> Iterator[str]:
        yield json.dumps({"id": name, "monthlyStats": [month for _, month in records()]})

    return PagedSource(metrics.host, {"dataset": name}, pages, text)


def _months(answer: Any) -> tuple[dict[str, Any], bool, int]:
    """The months of a page, whether it is the last, and how many there are in all."""
    months: dict[str, Any] = {}
    for one in answer["data"]:
        month, visits = one["metric_month"], one["monthly_visit"]
        downloads = one["monthly_download_resource"]
        months[month] = {"month": str(month), "visits": visits, "downloads": downloads}
    is_last = not (answer["links"].get("next") and months)
    return months, is_last, int(answer["meta"]["total"])


# --- Zendesk's incremental export of tickets, by cursor, with their metrics side-loaded. It gives
# those that changed since a day, and so all that came since then: these are kept, that the file
# holds all tickets of the days that it tells of.

_INCREMENTAL = "api/v2/incremental/tickets/cursor.json"


def zendesk(wanted: _Wanted) -> PagedSource:
    """The tickets that came since a day, and their metrics, as the export of the API has them."""
    desk, since = sources.server("Zendesk", "USER", "TOKEN"), wanted.since.isoformat()
    user, token = desk.keys
    key = base64.b64encode(f"{user}/token:{token}".encode()).decode()
    desk, headers = desk._replace(keys=(token, key)), {"Authorization": f"Basic {key}"}
    start = int(datetime.fromisoformat(f"{since}T00:00Z").timestamp())
    names = sources.read_by(wanted.form) if wanted.form else []
    of_metrics = [name.partition(".")[2] for name in names if name[:12] == "metric_sets."]
    of_tickets = [name for name in names if name[:12] != "metric_sets."]

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        page = None
        while page is None or page.after is not None:
            cursor = page.after if page else cursor
            query: dict[str, str | int] = {"cursor": cursor} if cursor else {"start_time": start}
            query["include"] = "metric_sets"
            page = ask(
                desk, _INCREMENTAL, query=query, headers=headers, read=read, said=_zendesk_fault
            )
            yield page

    def read(answer: Any) -> AnswerPage:
        tickets = answer["tickets"]
        beside = {str(one["ticket_id"]): one for one in answer.get("metric_sets") or ()}
        records: dict[str, Any] = {}
        for ticket in tickets:
            name = str(int(ticket["id"]))
            metrics = beside.get(name) or ticket.get("metric_set") or {}
            extracted = {"extracted": datetime.now(UTC).isoformat(" ", "seconds")}
            both = [_only(ticket, of_tickets) | extracted, _only(metrics, of_metrics)]
            records[name] = both if str(ticket["created_at"]) >= since else None
        days = max(int(time.time() - start) // 86400, 1)
        if answer["end_of_stream"]:
            return AnswerPage(records, None, days, days)
        last = tickets[-1].get("generated_timestamp") if tickets else None
        done = int((last or start) - start) // 86400
        return AnswerPage(records, str(answer["after_cursor"] or ""), min(done, days), days)

    return PagedSource(desk.host, {"url": desk.url, "since": since}, pages, _both_lists)


def _only(record: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """What a record says under names such as `reply_time_in_minutes.calendar`, as it nests it."""
    found: dict[str, Any] = {}
    for name in names:
        first, _, rest = name.partition(".")
        value = record.get(first)
        if rest and isinstance(value, dict):
            found.setdefault(first, {}).update(_only(value, [rest]))
        elif not isinstance(value, dict | list):
            found[first] = value
    return found


def _zendesk_fault(answer: Any) -> str:
    """What Zendesk says to be wrong, as a text or with a title."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("title") or "error") if isinstance(error, dict) else str(error or "")


def _both_lists(records: Records) -> Iterator[str]:
    """Both lists, as the answers have them."""
    yield '{"tickets": ['
    yield from _lines(ticket for _, (ticket, _) in records())
    yield '\n], "metric_sets": ['
    yield from _lines({"ticket_id": int(name), **own} for name, (_, own) in records() if own)
    yield '\n], "end_of_stream": true}\n'


def _lines(told: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for place, one in enumerate(told):
        yield ("," if place else "") + "\n" + json.dumps(one, separators=(",", ":"))


# --- GLPI's tickets, by its REST API, written as the list that GLPI saves as CSV. Titles and texts
# are not asked for; GLPI adds titles by itself, and they are dropped as they come.

# GLPI's search options of a ticket, and the headers that its list has in French
_COLUMNS = {2: "ID", 15: "Date d'ouverture", 17: "Date de résolution", 7: "Catégorie"}
_MOST_TICKETS = 500  # tickets a page
_DELETED = "tickets were deleted meanwhile, so that some may be missing; fetch again"


def glpi(wanted: _Wanted) -> PagedSource:
    """The tickets that were opened since a day."""
    desk = sources.server("GLPI", "USER_TOKEN", optional=("APP_TOKEN",))
    desk = desk._replace(url=desk.url.removesuffix("/apirest.php"))
    for name, key in zip(desk.key_variables, desk.keys, strict=True):
        if not key.isascii():  # it goes into a header
            raise UsageError(f"{name}: holds a sign that no token has")

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        with _session(desk) as headers:
            first, before = cursor or [0, None]
            total = first + 1
            while first < total:
                records, total = _tickets(desk, headers, wanted.since, first)
                if before is not None and total < before:
                    raise StaleError(f"{desk.host}: {_DELETED}")
                first, before = first + _MOST_TICKETS, total
                after = [first, total] if first < total else None
                yield AnswerPage(records, after, min(first, total), total)

    asked = {"url": desk.url, "since": wanted.since.isoformat()}
    return PagedSource(desk.host, asked, pages, _list)


@contextlib.contextmanager
def _session(desk: Server) -> Iterator[dict[str, str]]:
    """A session of the API, closed at the end: the headers that its requests need."""
    user, app = desk.keys
    headers = {"Content-Type": "application/json", **({"App-Token": app} if app else {})}
    own = {**headers, "Authorization": f"user_token {user}"}
    headers["Session-Token"] = ask(
        desk, "apirest.php/initSession", headers=own, read=_token, said=_glpi_fault
    )
    try:
        yield headers
    finally:
        with contextlib.suppress(ObservError):  # GLPI itself ends those that were left
            ask(desk, "apirest.php/killSession", headers=headers)


def _token(answer: Any) -> str:
    return str(answer["session_token"].encode("ascii"), "ascii")


def _tickets(
    desk: Server, headers: dict[str, str], since: date, first: int
) -> tuple[dict[str, list[str]], int]:
    """The tickets from a place on, in the order of their numbers, and how many there are."""
    last, eve = first + _MOST_TICKETS - 1, since - timedelta(days=1)
    query: dict[str, Any] = {"range": f"{first}-{last}", "sort": 2, "order": "ASC"}
    told: dict[str, Any] = {"field": 15, "searchtype": "morethan", "value": f"{eve} 23:59:59"}
    query |= {f"criteria[0][{name}]": value for name, value in told.items()}
    query |= {f"forcedisplay[{place}]": number for place, number in enumerate(_COLUMNS)}

    def read(answer: Any) -> tuple[dict[str, list[str]], int]:
        now = datetime.now(UTC).isoformat(" ", "seconds")  # until which open tickets wait
        rows = answer.get("data") or []
        cells = ([*(_cell(row.get(str(number))) for number in _COLUMNS), now] for row in rows)
        return {str(int(row[0])): row for row in cells}, int(answer["totalcount"])

    asked: dict[str, Any] = {"query": query, "headers": headers, "read": read, "said": _glpi_fault}
    try:
        records, total = ask(desk, "apirest.php/search/Ticket", **asked)
    except ObservError as error:
        if "ERROR_RANGE_EXCEED_TOTAL" in str(error):  # there were more when the fetch was begun
            raise StaleError(f"{desk.host}: {_DELETED}") from None
        raise
    return records, total


def _cell(value: Any) -> str:
    """A value of a ticket; GLPI escapes the signs of HTML in texts."""
    if isinstance(value, dict | list):
        raise TypeError
    return "" if value is None else html.unescape(str(value))


def _glpi_fault(answer: Any) -> str:
    """The name of an error, which GLPI answers in a list with an explanation."""
    fault = isinstance(answer, list) and answer and str(answer[0])
    return fault if fault and fault.startswith("ERROR") else ""


def _list(records: Records) -> Iterator[str]:
    yield as_csv([[*_COLUMNS.values(), "extracted"]], ";")
    yield from (as_csv([cells], ";") for _, cells in records())


# --- LimeSurvey's responses, by RemoteControl (JSON-RPC), which its administrator must have
# switched on. What the loader would not read, such as names, is dropped before anything is written.

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


def limesurvey(device: Device, questionnaire: Questionnaire, path: Path) -> str:
    """The responses of a device's survey, as CSV with codes, of what the loader reads."""
    tool = sources.server("LimeSurvey", "USER", "PASSWORD")
    tool = tool._replace(url=tool.url.removesuffix(f"/{_ENDPOINT}"))

    def call(method: str, *params: Any, read: Callable[[Any], Any] = str) -> Any:
        result, fault = ask(
            tool,
            _ENDPOINT,
            content={"method": method, "params": params, "id": 1},
            headers={"Content-Type": "application/json"},
            read=lambda answer: _answered(answer, read),
            unless_json=_SWITCH_ON,
        )
        if fault:
            said = tool.without_keys(fault)
            mends = (mend for words, mend in _MENDS.items() if words in said.casefold())
            mend = next(mends, "ask its administrator")
            of = f"{tool.host}, survey {device.survey_id}"
            raise ObservError(f"{of}: LimeSurvey says {said!r}; {mend}")
        return result

    key = call("get_session_key", *tool.keys, "Authdb")
    try:
        how = (device.survey_id, "csv", None, "all", "code", "short")
        content = call("export_responses", key, *how, read=base64.b64decode)
    finally:
        with contextlib.suppress(ObservError):  # LimeSurvey itself ends those that were left
            call("release_session_key", key)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ObservError(f"{tool.host}: the export is not UTF-8 at byte {error.start}") from error
    return without_the_rest(Path(path.name), text, questionnaire, bool(device.verbatims))


def _answered(answer: Any, read: Callable[[Any], Any]) -> tuple[Any, str]:
    """What a method gives, and what LimeSurvey says to be wrong."""
    result, fault = answer["result"], answer["error"]
    if isinstance(result, dict) and result.get("status") not in ("OK", None):
        fault = fault or result["status"]
    return (None, str(fault)) if fault else (read(result), "")


_PAGED = {"matomo": matomo, "datagouv": datagouv, "zendesk": zendesk, "glpi": glpi}
