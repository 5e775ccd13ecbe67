"""Nouns as JSON documents and back: the facts of a call, and the messages of a match.

The JSON of equal facts is equal: sets are sorted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any

from pydantic import TypeAdapter

from calls.changes import Change
from calls.model import CallFacts
from matcher.model import Answer, Check, Evidence, SentencePair
from texts import Message, Named

Document = dict[str, Any]

_FACTS = TypeAdapter(CallFacts)
_FACT_NAMES = tuple(field.name for field in fields(CallFacts))
_SETS = ("eligible_applicants", "eligible_countries")


def facts_document(facts: CallFacts) -> Document:
    """The facts alone, also of a `ScrapedCall` or `Call`."""
    document = _FACTS.dump_python(only_facts(facts), mode="json")
    for name in _SETS:
        if document[name] is not None:
            document[name] = sorted(document[name])
    return document


def facts_of(document: Document) -> CallFacts:
    """The facts that a document holds."""
    return _FACTS.validate_python(document)


def only_facts(call: CallFacts) -> CallFacts:
    """What publishers say of a call, without what we know of it."""
    return call if type(call) is CallFacts else CallFacts(**facts_by_name(call))


def facts_by_name(call: CallFacts) -> dict[str, Any]:
    """The facts as arguments, for a noun that adds to them."""
    return {name: getattr(call, name) for name in _FACT_NAMES}


def changes_document(changes: Sequence[Change]) -> list[Document]:
    """Changes as rows of field, old and new."""
    return [{"field": change.field, "old": change.old, "new": change.new} for change in changes]


def changes_of(document: Sequence[Document]) -> tuple[Change, ...]:
    """The changes that a document holds."""
    return tuple(Change(**change) for change in document)


def message_document(message: Message) -> Document:
    """A message with its values; days, instants, names and nested messages are marked so that they come back."""
    return {"text": message.text, "values": {name: _value_document(v) for name, v in message.values.items()}}


def message_of(document: Document) -> Message:
    """The message that a document holds."""
    return Message(
        text=document["text"], values={name: _value_of(v) for name, v in document["values"].items()}
    )


def _value_document(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": message_document(value)}
    if isinstance(value, Named):
        return {"named": {"sv": value.sv, "en": value.en}}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Real):  # numpy's numbers too
        return int(value) if isinstance(value, Integral) else float(value)
    raise TypeError(f"message value {value!r}: expected a text, number, day, instant, name or message")


def _value_of(document: Any) -> Any:
    match document:
        case {"message": inner}:
            return message_of(inner)
        case {"named": names}:
            return Named(**names)
        case {"instant": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case _:
            return document


def checks_document(checks: Sequence[Check]) -> list[Document]:
    """The gates' answers."""
    return [
        {"gate": c.gate, "answer": c.answer.value, "reason": message_document(c.reason), "quote": c.quote}
        for c in checks
    ]


def checks_of(document: Sequence[Document]) -> tuple[Check, ...]:
    """The gates' answers that a document holds."""
    return tuple(
        Check(
            gate=row["gate"],
            answer=Answer(row["answer"]),
            reason=message_of(row["reason"]),
            quote=row["quote"],
        )
        for row in document
    )


def evidence_document(evidence: Sequence[Evidence]) -> list[Document]:
    """The signals of a score."""
    return [
        {"signal": e.signal, "strength": float(e.strength), "reason": message_document(e.reason)}
        for e in evidence
    ]


def evidence_of(document: Sequence[Document]) -> tuple[Evidence, ...]:
    """The signals that a document holds."""
    return tuple(
        Evidence(signal=row["signal"], strength=row["strength"], reason=message_of(row["reason"]))
        for row in document
    )


def pairs_document(pairs: Sequence[SentencePair]) -> list[Document]:
    """The quoted sentences that met."""
    return [
        {"need": p.need, "call": p.call, "section": p.section, "similarity": float(p.similarity)}
        for p in pairs
    ]


def pairs_of(document: Sequence[Mapping[str, Any]]) -> tuple[SentencePair, ...]:
    """The sentences that a document holds."""
    return tuple(SentencePair(**row) for row in document)
