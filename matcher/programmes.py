"""The programme knowledge of `programmes.toml`: who is barred, what is funded, how often it suits us."""

import tomllib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from calls.model import CallFacts
from profiles.model import LegalForm

UNKNOWN_FIT = 0.4
SIGNS_KEPT = 16384


class Signs(NamedTuple):
    """What a call is recognised by. Thousands of calls share a few hundred: each is looked up once."""

    kind: str
    programme: str | None
    programme_label: str | None
    identifier: str | None
    action_type: str | None
    shares_identifier: bool


def _signs(call: CallFacts) -> Signs:
    return Signs(*(getattr(call, name) for name in Signs._fields))


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """How a call is recognised: by any of these."""

    identifiers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def fits(self, call: Signs) -> bool:
        """Whether the call is one of these, by any sign."""
        label = (call.programme_label or "").lower()
        return (
            call.kind in self.kinds
            or (call.programme or "") in self.codes
            or any(word.lower() in label for word in self.labels)
            or self.fits_identifier(call)
        )

    def fits_identifier(self, call: Signs) -> bool:
        """Whether the call is one of these by its identifier or type of action."""
        identifier = (call.identifier or "").upper()
        action = " ".join((call.action_type or "").lower().split())
        return any(fnmatchcase(identifier, pattern.upper()) for pattern in self.identifiers) or any(
            word.lower() in action for word in self.actions
        )

    def without_identifiers(self) -> "Pattern":
        """The same, recognised by programme and kind only."""
        return replace(self, identifiers=(), actions=())


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A kind of calls that nobody of these legal forms can take part in, and why, in Swedish.

    Attributes:
        titles: words of which the title must have one, in small letters; empty asks for none.
    """

    key: str
    pattern: Pattern
    reason: str
    forms: frozenset[LegalForm]
    titles: tuple[str, ...] = ()

    def is_told_by_title(self, call: CallFacts) -> bool:
        """Whether the call has one of the words in its title, and is of a kind that the bar is about."""
        title = call.title.lower()
        is_meant = not self.pattern.kinds or call.kind in self.pattern.kinds
        return is_meant and any(words in title for words in self.titles)


@dataclass(frozen=True, kw_only=True)
class ProgrammeFacts:
    """What a programme funds, in own words.

    Attributes:
        fit: how often its calls suit a municipality or its companies, 0 to 1.
        names_municipalities: municipalities are among the applicants by the programme's rules.
        is_for_the_union: open to all member states.
    """

    key: str
    pattern: Pattern
    name: str
    about: str
    about_en: str
    fit: float
    names_municipalities: bool
    is_for_the_union: bool


@dataclass(frozen=True, kw_only=True)
class ActionFacts:
    """A kind of project, and how near to a municipality's practice it is, 0 to 1."""

    key: str
    pattern: Pattern
    name: str
    fit: float


@dataclass(frozen=True, kw_only=True)
class Area:
    """The part of the country that a programme is for.

    Attributes:
        nuts, partly: beginnings of NUTS codes that belong to it, and that belong to it in part or perhaps.
    """

    key: str
    pattern: Pattern
    name: str
    nuts: tuple[str, ...]
    partly: tuple[str, ...]


@cache
def areas() -> tuple[Area, ...]:
    """All programmes for a part of the country."""
    return tuple(
        Area(
            key=entry["key"],
            pattern=_pattern(entry),
            name=entry["name"],
            nuts=tuple(entry["nuts"]),
            partly=tuple(entry.get("partly", ())),
        )
        for entry in _content()["area"]
    )


def area_of(call: CallFacts) -> Area | None:
    """The part of the country that the call's programme is for; None when it is for all or not described."""
    signs = _signs(call)
    return next((area for area in areas() if area.pattern.fits(signs)), None)


@cache
def actions() -> tuple[ActionFacts, ...]:
    """All kinds of projects, in the order of the file."""
    return tuple(
        ActionFacts(key=entry["key"], pattern=_pattern(entry), name=entry["name"], fit=float(entry["fit"]))
        for entry in _content()["action"]
    )


def action_of(call: CallFacts) -> ActionFacts | None:
    """The kind of project that the call pays for; None when its type of action is not given or not known."""
    return _action_of(_signs(call))


@lru_cache(maxsize=SIGNS_KEPT)
def _action_of(signs: Signs) -> ActionFacts | None:
    if not signs.action_type or signs.shares_identifier:
        return None
    return next((entry for entry in actions() if entry.pattern.fits_identifier(signs)), None)


@cache
def bars() -> tuple[Bar, ...]:
    """All bars, in the order of the file."""
    return tuple(
        Bar(
            key=entry["key"],
            pattern=_pattern(entry),
            reason=entry["reason"],
            forms=frozenset(map(LegalForm, entry.get("forms", list(LegalForm)))),
            titles=tuple(words.lower() for words in entry.get("titles", ())),
        )
        for entry in _content()["bar"]
    )


@cache
def programmes() -> tuple[ProgrammeFacts, ...]:
    """All programmes, in the order of the file: narrow ones first."""
    return tuple(
        ProgrammeFacts(
            key=entry["key"],
            pattern=_pattern(entry),
            name=entry["name"],
            about=entry["about"],
            about_en=entry["about_en"],
            fit=float(entry.get("fit", UNKNOWN_FIT)),
            names_municipalities=bool(entry.get("yes", False)),
            is_for_the_union=bool(entry.get("union", True)),
        )
        for entry in _content()["programme"]
    )


def bar_for(call: CallFacts, form: LegalForm) -> Bar | None:
    """The bar that keeps this legal form out of the call, None when nothing is known against it.

    A cascade call carries its parent's identifier, which tells nothing about who may apply for the money that
    is passed on; its programme does.
    """
    by_signs = _bar_for(_signs(call), form)
    if by_signs is not None:
        return by_signs
    return next((bar for bar in bars() if form in bar.forms and bar.is_told_by_title(call)), None)


@lru_cache(maxsize=SIGNS_KEPT)
def _bar_for(signs: Signs, form: LegalForm) -> Bar | None:
    by_signs = (bar for bar in bars() if form in bar.forms and not bar.titles)
    return next((bar for bar in by_signs if _pattern_for(bar, signs).fits(signs)), None)


def _pattern_for(bar: Bar, signs: Signs) -> Pattern:
    return bar.pattern.without_identifiers() if signs.shares_identifier else bar.pattern


def programme_of(call: CallFacts) -> ProgrammeFacts | None:
    """The narrowest programme that the call belongs to, None when it is not described.

    An identifier says more than a programme code, so it is asked first, over the whole file.
    """
    return _programme_of(_signs(call))


@lru_cache(maxsize=SIGNS_KEPT)
def _programme_of(signs: Signs) -> ProgrammeFacts | None:
    by_identifier = (entry for entry in programmes() if entry.pattern.fits_identifier(signs))
    return next(by_identifier, None) or next((p for p in programmes() if p.pattern.fits(signs)), None)


@cache
def _content() -> dict:
    return tomllib.loads(files("matcher").joinpath("programmes.toml").read_text(encoding="utf-8"))


def _pattern(entry: dict) -> Pattern:
    return Pattern(**{key: tuple(entry[key]) for key in Pattern.__dataclass_fields__ if key in entry})
