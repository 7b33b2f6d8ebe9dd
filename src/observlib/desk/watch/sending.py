"""Alarms on their way to who owns the device: a letter to send, a webhook, and what was told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from pathlib import Path

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Department
from observlib.desk.fetching import web
from observlib.desk.watch.alarms import Alarm, sentence
from observlib.language import wording
from observlib.language.prose import one_line
from observlib.language.typography import typography

TEXTS = wording.beside(__file__)
MEMORY = "watched.json"  # of a data folder: until when each series was watched
FIRST = timedelta(days=31)  # what an alarm may be old when a series is watched for the first time


def remembered(data: Path) -> dict[str, date]:
    """Until when each series of a data folder was watched; nothing where none was.

    Raises
    ------
    ObservError
        Where the file that says it is damaged.
    """
    path = data / MEMORY
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {name: date.fromisoformat(day) for name, day in told.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ObservError(
            f"{path}: cannot be read; delete it, and the alarms of the last month are told again"
        ) from error


def remember(data: Path, watched: Mapping[str, date]) -> None:
    """Keep until when each series was watched, all at once."""
    told = {name: day.isoformat() for name, day in sorted(watched.items())}
    files.write_text(data / MEMORY, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def unheard(alarms: Iterable[Alarm], before: Mapping[str, date]) -> list[Alarm]:
    """The alarms that were raised since their series was last watched.

    Of a series that never was, those of its last month.

    Examples
    --------
    >>> days = date(2026, 9, 1), date(2026, 9, 9)
    >>> alarm = Alarm("a", "", "silence", *days, -1.0, 0, date(2026, 9, 30))
    >>> [len(unheard([alarm], {"a//fewer": date(2026, 9, day)})) for day in (8, 9)]
    [1, 0]
    """
    return [alarm for alarm in alarms if alarm.seen > before.get(alarm.series, alarm.until - FIRST)]


def send(
    alarms: Sequence[Alarm], catalogue: Catalogue, mail: Path | None, webhook: bool
) -> list[Path]:
    """Tell alarms to the departments that own the devices, in the ways that were asked for.

    Parameters
    ----------
    mail
        Folder for one mail a department (`.eml`), which any mailer sends.
    webhook
        Whether the address in `OBSERV_WEBHOOK_URL` gets them. It is sent JSON: `text`, which chat
        tools show as it is, and `alarms`, each with its `device`, `owner`, `kind`, `began`, `seen`
        and `text`.

    Returns
    -------
    list of Path
        The mails.

    Raises
    ------
    ObservError
        Where a department has no mailbox (then nothing is told), a mail cannot be written, or the
        webhook is not named, not reached, or refuses.
    """
    owners: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        owners.setdefault(catalogue.devices[alarm.device].owner, []).append(alarm)
    server = web.server("webhook") if webhook else None
    written = []
    if mail:
        departments = [catalogue.departments[owner] for owner in owners]
        if problems := [_no_mailbox(one) for one in departments if one.mail is None]:
            raise ObservError(*problems)
        for owner in departments:
            own = owners[owner.id]
            name, content = (
                f"{owner.id}_{max(one.seen for one in own)}",
                letter(owner, own, catalogue),
            )
            with files.telling_write_errors(mail, "what was not written is told again next time"):
                mail.mkdir(parents=True, exist_ok=True)
                written.append(_place(mail, name, content))
                files.write_bytes(written[-1], content)
    if server and alarms:
        told = [_as_data(alarm, catalogue) for alarm in alarms]
        text = "\n".join(one["text"] for one in told)
        web.tell(server, {"text": text, "alarms": told})
    return written


def _place(mail: Path, name: str, content: bytes) -> Path:
    """Where a mail goes: over the same one, but over no other, which may not have been sent yet."""
    paths = (mail / f"{name}{f'-{n}' if n else ''}.eml" for n in count())
    return next(path for path in paths if not path.exists() or path.read_bytes() == content)


def _no_mailbox(owner: Department) -> str:
    return (
        f"department {owner.id!r}: has no mailbox, and its alarms would reach nobody; give it "
        "`mail` in departments.yml"
    )


def letter(owner: Department, alarms: Sequence[Alarm], catalogue: Catalogue) -> bytes:
    """The mail that tells a department of its alarms, as a file."""
    message = EmailMessage(policy=SMTP)
    message["To"] = owner.mail
    subject = one_line(TEXTS["subject"].format(department=owner.label))
    message["Subject"] = subject.replace("=?", "= ?")  # no encoded word, which it would decode
    message["Auto-Submitted"] = "auto-generated"
    said = "\n".join(f"- {sentence(alarm, catalogue)}" for alarm in alarms)
    told = TEXTS["letter"].format(role=owner.contact or owner.label, alarms=said)
    message.set_content(typography(told))
    return message.as_bytes()


def _as_data(alarm: Alarm, catalogue: Catalogue) -> dict[str, str]:
    return {
        "device": alarm.device,
        "owner": catalogue.devices[alarm.device].owner,
        "kind": alarm.kind,
        "began": alarm.began.isoformat(),
        "seen": alarm.seen.isoformat(),
        "text": typography(sentence(alarm, catalogue)),
    }
