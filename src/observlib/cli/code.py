"""`observ code`: the files in which people write what they read in texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from observlib.base.errors import UsageError, bounded
from observlib.cli.printing import Data, answer, follow, say


def code(
    device: Annotated[str, typer.Argument(help="Device of the catalogue whose texts are read.")],
    quarter: Annotated[
        str | None, typer.Argument(help="Such as 2026-T3; the latest complete one by default.")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=1, help="Texts to draw; fewer than 30 give no published share.")
    ] = 50,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder of the files; raw/codage of the data.")
    ] = None,
    data: Data = Path("data"),
) -> None:
    """Draw texts at random, and write files for two people to code.

    The same texts are drawn each time, whoever draws: chance is that of a digest of the device's
    name, the quarter and each text's identifier.
    """
    from observlib import store
    from observlib.base.period import Quarter, today
    from observlib.pipeline import project
    from observlib.records import coding

    known = project.catalogue_with_devices(data)
    if device not in known.devices:
        raise UsageError(f"device {device!r}: does not exist; devices are {bounded(known.devices)}")
    folder = project.data_folder(data)
    follow(folder)
    wanted = Quarter.parse(quarter) if quarter else store.latest_quarter(folder, today())
    verbatims = store.read(folder, "verbatims", wanted, wanted, device=device)
    target = project.data_folder(to) if to else folder / "raw" / "codage"
    paths, count = coding.write_sheets(
        verbatims, device, str(wanted), known.codebook, sample, target
    )
    drawn = min(sample, count)
    say(f"Drew {drawn} of the {count} texts of {device}, {wanted} (by a digest of their names):")
    for path in paths:
        say(f"  {path}")
    say("Give each to another person; they fill it in without speaking of it. What may be written:")
    for asked in known.codebook.values():
        say(f"  {asked.label}: {', '.join(asked.codes)}. {asked.question}")
    say(f"Then `observ ingest {target}`, with the same --data.")
    answer(files=paths, drawn=drawn, texts=count, quarter=str(wanted))
