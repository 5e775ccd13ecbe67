"""How the service is, for its health page and for whoever watches it (`reliability.md` I2)."""

from datetime import timedelta
from typing import Any

from notifier.statuses import BounceKind
from pipeline.accounts import unaccounted
from pipeline.alarms import UNIT
from pipeline.wiring import Installation
from storage import bounces, incidents, outbox, runs
from storage.database import reading
from storage.runs import HarvestOutcome

OUR_FAULT_SHOWS = timedelta(days=2)


def health(installation: Installation) -> dict[str, Any]:
    """How the service is: `ok`, and what it follows from (`reliability.md` I2)."""
    with reading(installation.engine) as conn:
        harvests = runs.latest(conn, installation.tenant, installation.settings.clock())
        unsettled = outbox.count(conn, installation.tenant, outbox.UNSETTLED)
        is_held = outbox.sending_of(conn, installation.tenant).is_held
        since = installation.settings.clock() - OUR_FAULT_SHOWS
        ours = bounces.tally(conn, installation.tenant, since, proved=True).get(BounceKind.OURS, 0)
        alarms = [
            one for one in incidents.open_now(conn, installation.tenant) if not one.name.startswith(UNIT)
        ]
    overdue = unaccounted(installation.engine, installation.tenant, installation.settings.clock())
    failing = [harvest.source for harvest in harvests if harvest.went_wrong]
    return {
        "ok": not (failing or unsettled or is_held or ours or overdue or alarms),
        "failing_sources": failing,
        "unsettled_letters": unsettled,
        "sending_held": is_held,
        "refused_for_our_fault": ours,
        "unaccounted_letters": len(overdue.letters),
        "unplanned_since": overdue.slot.isoformat() if overdue.slot else None,
        "alarms": {one.name: one.opened_at.isoformat() for one in alarms},
        "last_sound": {
            harvest.source: harvest.ended_at.isoformat()
            for harvest in harvests
            if harvest.outcome is HarvestOutcome.SOUND and harvest.ended_at
        },
    }
