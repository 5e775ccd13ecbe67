"""`fondvakt notices`: reminders, notices of changes, questions, alarms and the rehearsal; what is due of them."""

import signal
from dataclasses import asdict
from threading import Event
from typing import Annotated

import typer

from commands.language import _, said
from commands.output import Json, err, out, print_json, print_table
from notifier.model import LETTER_KIND_LABELS, LetterKind
from notifier.weeks import week_of
from pipeline import mailing, noticing, wiring
from pipeline.notices import Due
from pipeline.noticing import Round
from texts import Message


def notices(
    only: Annotated[Round | None, typer.Option(help=_("Bara ett slag; annars alla utom fredagens."))] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Visa vad som skulle skickas; inget sparas."))
    ] = False,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    if dry_run:
        _show(noticing.due(installation), only, as_json)
        return
    told = noticing.run(installation, only)
    for person, reason in told.refused:
        err.print(f"{person}: {said(reason)}", markup=False)
    counts = {kind: told.count(kind) for kind in LetterKind if told.count(kind)}
    sent = _send(installation) if counts else None
    if as_json:
        print_json({"made": counts, "sent": sent})
    elif counts:
        for kind, number in counts.items():
            out.print(f"{said(Message(text=LETTER_KIND_LABELS[kind]))}: {number}", markup=False)
    else:
        out.print(_("Inget att säga till om."))
    if told.refused:
        raise typer.Exit(1)


def _send(installation: wiring.Installation) -> dict:
    """What was made goes out at once; what cannot waits in the outbox."""
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    week = week_of(installation.settings.clock())
    summary = mailing.send_waiting(installation, week, stopping=ended.is_set)
    if summary.stopped:
        err.print(said(summary.stopped), markup=False)
    return asdict(summary) | {"stopped": said(summary.stopped) if summary.stopped else None}


def _show(due: list[Due], only: Round | None, as_json: bool) -> None:
    wanted = [one for one in due if only is None or one.view.kind in noticing.KINDS[only]]
    rows = [
        {
            "person": one.reader.person.key,
            "kind": one.view.kind,
            "subject": one.view.subject,
            "tells": one.occasions,
        }
        for one in wanted
    ]
    if as_json:
        print_json({"due": rows})
        return
    print_table(
        (_("Person"), _("Slag"), _("Ämne")),
        (
            (row["person"], said(Message(text=LETTER_KIND_LABELS[row["kind"]])), row["subject"])
            for row in rows
        ),
    )


def register(app: typer.Typer) -> None:
    """Add `notices` to the command."""
    app.command(help=_("Påminnelser, ändringar, frågor och larm: gör det som är dags och skicka."))(notices)
