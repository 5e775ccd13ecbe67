"""The tables, one file a subject. Every row carries its tenant; history is added to, never edited."""

from storage.tables.api import api_token
from storage.tables.audit import audit, audit_end
from storage.tables.base import Instant, metadata
from storage.tables.calendars import calendar_feed, letter_hold, webhook
from storage.tables.calls import call, call_source, call_version, harvest
from storage.tables.letters import answer, bounce, letter, letter_call, sending, subscription
from storage.tables.matches import decision, learning_reset, match, profile
from storage.tables.notices import follow, incident, notice, silence
from storage.tables.people import identity
from storage.tables.proposals import judgement, learning_stop, proposal, reach, rematch
from storage.tables.queue import (
    assignment,
    bulk,
    bulk_decision,
    mark,
    person_choice,
    referral,
    unit_choice,
)
from storage.tables.vectors import active_model, embedding
from storage.tables.work import session, signin, slot

__all__ = [
    "Instant",
    "active_model",
    "answer",
    "api_token",
    "assignment",
    "audit",
    "audit_end",
    "bounce",
    "bulk",
    "bulk_decision",
    "calendar_feed",
    "call",
    "call_source",
    "call_version",
    "decision",
    "embedding",
    "follow",
    "harvest",
    "identity",
    "incident",
    "judgement",
    "learning_reset",
    "learning_stop",
    "letter",
    "letter_call",
    "letter_hold",
    "mark",
    "match",
    "metadata",
    "notice",
    "person_choice",
    "profile",
    "proposal",
    "reach",
    "referral",
    "rematch",
    "sending",
    "session",
    "signin",
    "silence",
    "slot",
    "subscription",
    "unit_choice",
    "webhook",
]
