"""The tables, one file a subject. Every row carries its tenant; history is added to, never edited."""

from storage.tables.audit import audit, audit_end
from storage.tables.base import Instant, metadata
from storage.tables.calls import call, call_source, call_version, harvest
from storage.tables.letters import answer, bounce, letter, letter_call, sending, subscription
from storage.tables.matches import decision, learning_reset, match, profile
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
    "assignment",
    "audit",
    "audit_end",
    "bounce",
    "bulk",
    "bulk_decision",
    "call",
    "call_source",
    "call_version",
    "decision",
    "embedding",
    "harvest",
    "learning_reset",
    "letter",
    "letter_call",
    "mark",
    "match",
    "metadata",
    "person_choice",
    "profile",
    "referral",
    "sending",
    "session",
    "signin",
    "slot",
    "subscription",
    "unit_choice",
]
