"""What differs between two versions of a profile, by key."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from profiles.model import Profile
from texts import N_, Message


class ChangeKind(StrEnum):
    """What happened to a value."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


SENTENCES = {
    ChangeKind.ADDED: N_("{path}: tillagt: {new}"),
    ChangeKind.REMOVED: N_("{path}: borttaget: {old}"),
    ChangeKind.CHANGED: N_("{path}: {old} → {new}"),
}
# A need's unit is where it stands, not something it says.
_IMPLIED = {"Need": ("unit",)}
_NAMES = ("name", "title", "text")


@dataclass(frozen=True, kw_only=True)
class ProfileChange:
    """One difference.

    Attributes:
        path: by key, such as units[skola].needs[utbyten].title.
        old, new: as text; None where there is nothing. A whole unit, need or person is shown by its name.
        says: what such a whole thing says besides its name: field and its values, without what is as usual.
    """

    kind: ChangeKind
    path: str
    old: str | None
    new: str | None
    says: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def message(self) -> Message:
        """The change as one sentence."""
        return Message(
            text=SENTENCES[self.kind], values={"path": self.path, "old": self.old, "new": self.new}
        )


def profile_differences(old: Profile, new: Profile) -> tuple[ProfileChange, ...]:
    """What was added, removed and changed, in the order of the file. A new order alone is no difference."""
    return tuple(_between(old, new, ""))


def _between(old: Any, new: Any, path: str) -> Iterator[ProfileChange]:
    for field in fields(new):
        if field.name in _IMPLIED.get(type(new).__name__, ()):
            continue
        here = f"{path}.{field.name}" if path else field.name
        before, after = getattr(old, field.name), getattr(new, field.name)
        if is_dataclass(after):
            yield from _between(before, after, here)
        elif _is_keyed(before) or _is_keyed(after):
            yield from _between_lists(before, after, here)
        elif isinstance(after, tuple):
            yield from _between_values(before, after, here)
        elif before != after:
            yield _change(here, before, after)


def _between_lists(old: tuple, new: tuple, path: str) -> Iterator[ProfileChange]:
    """Things with a key, each compared with itself."""
    before, after = {_key(thing): thing for thing in old}, {_key(thing): thing for thing in new}
    for key in (*before, *(key for key in after if key not in before)):
        here = f"{path}[{key}]"
        if key in before and key in after:
            yield from _between(before[key], after[key], here)
        else:
            whole = before.get(key) or after.get(key)
            named = _change(here, _named(before.get(key)), _named(after.get(key)))
            yield replace(named, says=tuple(_said(whole)))


def _between_values(old: tuple, new: tuple, path: str) -> Iterator[ProfileChange]:
    for value in old:
        if value not in new:
            yield _change(path, value, None)
    for value in new:
        if value not in old:
            yield _change(path, None, value)


def _change(path: str, old: Any, new: Any) -> ProfileChange:
    kind = ChangeKind.CHANGED
    if old is None:
        kind = ChangeKind.ADDED
    elif new is None:
        kind = ChangeKind.REMOVED
    return ProfileChange(kind=kind, path=path, old=_text(old), new=_text(new))


def _is_keyed(values: Any) -> bool:
    return isinstance(values, tuple) and bool(values) and is_dataclass(values[0])


def _key(thing: Any) -> str:
    """What a thing is known by: its key, or the name of a twin town."""
    return getattr(thing, "key", None) or thing.name


def _named(thing: Any) -> str | None:
    """A whole thing, shown by its name, title or text."""
    return None if thing is None else getattr(thing, _name_field(thing))


def _name_field(thing: Any) -> str:
    """Which field a thing is shown by; its key while it has no words."""
    return next((name for name in _NAMES if getattr(thing, name, None)), "key")


def _said(thing: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Field and values of a whole thing, in its order; of things within it their names, and their words if any."""
    untold = ("key", _name_field(thing), *_IMPLIED.get(type(thing).__name__, ()))
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name in untold or value in (field.default, None, "", ()):
            continue
        if field.name.endswith("_en") and value == getattr(thing, field.name[:-3]):
            continue  # the Swedish words stand in for the English ones
        values = value if isinstance(value, tuple) else (value,)
        yield field.name, tuple(_whole(one) if is_dataclass(one) else _text(one) or "" for one in values)


def _whole(thing: Any) -> str:
    words = getattr(thing, "text", "")
    return _named(thing) if words in ("", _named(thing)) else f"{_named(thing)}. {words}"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
