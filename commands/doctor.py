"""What `fondvakt doctor` looks at: each part of the installation in one plain sentence."""

import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from matcher.embedder import load_embedder
from matcher.errors import MatcherError
from notifier.errors import DeliveryError
from notifier.smtp import SmtpChannel, Waits, relay_of
from notifier.weeks import local_day
from pipeline import mailing, wiring
from pipeline.sending import refusal_of
from pipeline.settings import Settings, SettingsError
from storage import audit, outbox, runs
from storage.database import reading
from storage.errors import StorageError
from storage.runs import OUTCOME_LABELS
from texts import N_, Message

LEAST_FREE_BYTES = 500 * 2**20
IMPATIENT = Waits(connect=timedelta(seconds=10), command=timedelta(seconds=10))
SAFE_SQLITE = (3, 51, 3)
MOUNTS = Path("/proc/mounts")
SHARES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph"}
    | {"fuse.sshfs", "fuse.rclone", "fuse.glusterfs"}
)

ON_A_SHARE = N_(
    "Disk: {folder} ligger på en nätverksdisk ({kind}). SQLite behöver en lokal disk; flytta datamappen, "
    "eller använd PostgreSQL."
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part of the installation and how it is."""

    about: str
    ok: bool
    sentence: Message

    @classmethod
    def of(cls, about: str, text: str, /, *, ok: bool, **values: Any) -> Self:
        """The finding whose sentence is this Swedish text, with what goes into its blanks."""
        return cls(about=about, ok=ok, sentence=Message(text=text, values=values))


def findings(settings: Settings) -> list[Finding]:
    """Look at every part; nothing is changed except that a missing database is made."""
    found: list[Finding] = []
    for look in LOOKS:
        found.extend(look(settings))
    return found


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    yield Finding.of(
        "disk",
        N_("Disk: {free} MiB lediga i {folder}, minst {least} behövs."),
        ok=free >= LEAST_FREE_BYTES,
        free=free // 2**20,
        folder=str(folder),
        least=LEAST_FREE_BYTES // 2**20,
    )
    kind = share_here(folder)
    if kind and settings.database.startswith("sqlite"):
        yield Finding.of("share", ON_A_SHARE, ok=False, folder=str(folder), kind=kind)


def share_here(folder: Path) -> str | None:
    """What kind of network share a folder of this machine lies on, None for a disk of its own (D-06)."""
    return share_under(folder, MOUNTS.read_text() if MOUNTS.exists() else "")


def share_under(folder: Path, mounts: str) -> str | None:
    """What kind of network share a folder lies on, None for a disk of the machine's own (D-06).

    Args:
        mounts: as in /proc/mounts, a line each: device, where, kind, options.
    """
    lines = [line.split(" ") for line in mounts.splitlines() if line.count(" ") >= 2]
    over = [(Path(where.replace("\\040", " ")), kind) for _device, where, kind, *_ in lines]
    real = folder.resolve()
    found = [(len(where.parts), kind) for where, kind in over if real.is_relative_to(where)]
    kind = max(found, default=(0, ""))[1]
    return kind if kind in SHARES else None


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        installation = wiring.opened(settings)
    except (StorageError, SettingsError) as failure:
        yield Finding(about="database", ok=False, sentence=failure.message)
        return
    yield Finding.of(
        "database",
        N_("Databas: {url} går att läsa och skriva."),
        ok=True,
        url=installation.engine.url.render_as_string(hide_password=True),
    )
    yield _history(installation)
    yield from _profile(installation)
    yield from _harvests(installation)
    yield from _letters(installation)


def _history(installation: wiring.Installation) -> Finding:
    """Whether the history is what was written (F7, O-07); names the first bad row."""
    with reading(installation.engine) as conn:
        broken = audit.verify(conn, installation.tenant)
        rows = audit.count(conn, installation.tenant)
    if broken:
        text = N_(
            "Historik: rad {number} har ändrats eller saknas ({broken} ställen). Jämför med en säkerhetskopia."
        )
        values = {"number": broken[0].number, "broken": len(broken)}
    else:
        text, values = N_("Historik: {rows} rader, ingen ändrad eller borttagen."), {"rows": rows}
    return Finding.of("history", text, ok=not broken, **values)


def _profile(installation: wiring.Installation) -> Iterator[Finding]:
    try:
        number, profile = wiring.published_profile(installation)
    except wiring.NotReady as failure:
        yield Finding(about="profile", ok=False, sentence=failure.message)
        return
    today = local_day(installation.settings.clock())
    nobody = profile.units_without_recipient(today, mailing.stopped_persons(installation))
    silent = [unit.name for unit in nobody]
    text = N_("Profil: {name}, version {version}.")
    if silent:
        text = N_("Profil: {name}, version {version}. Ingen får brev för: {silent}.")
    yield Finding.of(
        "profile", text, ok=not silent, name=profile.name, version=number, silent=", ".join(silent)
    )


def _harvests(installation: wiring.Installation) -> Iterator[Finding]:
    with reading(installation.engine) as conn:
        latest = runs.latest(conn, installation.tenant, installation.settings.clock())
    for harvest in latest:
        text = N_("Källa {source}: {outcome} {at}. {reason}")
        yield Finding.of(
            harvest.source,
            text,
            ok=not harvest.went_wrong,
            source=harvest.source,
            outcome=Message(text=OUTCOME_LABELS[harvest.outcome]),
            at=f"{harvest.started_at:%Y-%m-%d %H:%M} UTC",
            reason=harvest.reason or "",
        )


def _letters(installation: wiring.Installation) -> Iterator[Finding]:
    """What keeps letters in the outbox until a person has looked; nothing is said when nothing does."""
    with reading(installation.engine) as conn:
        refusal = refusal_of(outbox.sending_of(conn, installation.tenant), socket.gethostname())
        waiting = outbox.count(conn, installation.tenant, outbox.UNSETTLED)
    if refusal:
        yield Finding(about="sending", ok=False, sentence=refusal)
    if waiting:
        text = N_(
            "Utkorg: {count} brev är ovissa, hålls eller gick inte att skicka; se fondvakt letters list."
        )
        yield Finding.of("letters", text, ok=False, count=waiting)


def _model(settings: Settings) -> Iterator[Finding]:
    try:
        model = load_embedder(settings.model, settings.model_cache)
    except MatcherError as failure:
        text = N_("Modell: {name} går inte att använda, matchningen går på ord. {reason}")
        yield Finding.of("model", text, ok=False, name=settings.model, reason=failure.message)
        return
    text = N_("Modell: {name}, {dimension} tal per text.")
    yield Finding.of("model", text, ok=True, name=model.name, dimension=model.dimension)


def _mail(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.smtp_url)
    if parts.scheme == "file":
        folder = Path(parts.netloc + parts.path)
        text = N_("E-post: breven skrivs i mappen {folder}.")
        yield Finding.of("mail", text, ok=True, folder=str(folder))
        return
    relay = replace(relay_of(settings.smtp_url, token_file=settings.smtp_token_file), waits=IMPATIENT)
    where = f"{relay.host}:{relay.port}"
    try:
        SmtpChannel(relay).check()
    except DeliveryError as failure:
        text = N_("E-post: {where} går inte att använda. {reason}")
        yield Finding.of("mail", text, ok=False, where=where, reason=failure.message)
        return
    yield Finding.of("mail", N_("E-post: {where} svarar."), ok=True, where=where)


def _sqlite(settings: Settings) -> Iterator[Finding]:
    """Versions before 3.51.3 can rarely damage a database that two connections checkpoint (E5).

    Nothing is said where the data lies in PostgreSQL.
    """
    if not settings.database.startswith("sqlite"):
        return
    text = N_("SQLite {version}.")
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        text = N_("SQLite {version}: ta säkerhetskopia varje dag; från 3.51.3 är ett sällsynt fel rättat.")
    yield Finding.of("sqlite", text, ok=True, version=sqlite3.sqlite_version)


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_disk, _database, _model, _mail, _sqlite)
