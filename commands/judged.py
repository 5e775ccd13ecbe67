"""`fondvakt judged`: what people have judged here, for measuring the matcher with."""

from pathlib import Path
from typing import Annotated

import typer

from commands.language import _
from commands.output import Json, out, print_json
from pipeline import wiring
from pipeline.judging import CALLS, NEEDS, QRELS
from pipeline.judging import export as exported

judged = typer.Typer(no_args_is_help=True, help=_("Era egna omdömen om utlysningar och behov."))


@judged.command(
    name="export", help=_("Skriv omdömena som de filer som fondvakt evaluate läser; ingen namnges i dem.")
)
def export(
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help=_("Mappen som filerna skrivs i."))],
    as_json: Json = False,
) -> None:
    """Write the files and say how to measure with them."""
    installation = wiring.opened()
    profile = wiring.published_profile(installation)[1]
    done = exported(installation.engine, installation.tenant, profile, folder)
    files = {name: str(folder / name) for name in (CALLS, NEEDS, QRELS)}
    if as_json:
        print_json(done.as_json() | {"files": list(files.values())})
        return
    told = _("{pairs} omdömen om {needs} behov ({relevant} relevanta), bland {calls} utlysningar.")
    out.print(told.format(**done.as_json()), markup=False)
    measure = f"--calls {files[CALLS]} --needs {files[NEEDS]} --qrels {files[QRELS]}"
    out.print(_("Mät med: {command}").format(command=f"fondvakt evaluate {measure}"), markup=False)


def register(app: typer.Typer) -> None:
    """Add `judged` to the command."""
    app.add_typer(judged, name="judged")
