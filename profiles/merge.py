"""Two edits of the same thing put together, by what each changed since the version that both began with."""

from dataclasses import fields, is_dataclass, replace
from typing import Any


def merged(base: Any, theirs: Any, mine: Any) -> Any:
    """What both changed, mine where both changed the same value.

    Things with a key are merged key by key: what one side added stays, what one side removed goes unless the other
    changed it.
    """
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if is_dataclass(mine) and type(base) is type(theirs) is type(mine):
        return replace(
            mine,
            **{
                field.name: merged(*(getattr(side, field.name) for side in (base, theirs, mine)))
                for field in fields(mine)
            },
        )
    if _is_keyed(base) and _is_keyed(theirs) and _is_keyed(mine):
        return _merged_by_key(base, theirs, mine)
    return mine


def _merged_by_key(base: tuple, theirs: tuple, mine: tuple) -> tuple:
    sides = [{_key(thing): thing for thing in side} for side in (base, theirs, mine)]
    keys = [*sides[2], *(key for key in sides[1] if key not in sides[2])]
    found = [merged(*(side.get(key) for side in sides)) for key in keys]
    return tuple(thing for thing in found if thing is not None)


def _is_keyed(values: Any) -> bool:
    return isinstance(values, tuple) and all(is_dataclass(value) for value in values)


def _key(thing: Any) -> str:
    return getattr(thing, "key", None) or thing.name
