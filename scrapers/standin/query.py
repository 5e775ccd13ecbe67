"""The query language: a subset of Elasticsearch (`eu-portal.md` section 2).

`bool` with `must` and `must_not`, `terms`, `term`, and `range` on dates. Everything else is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scrapers.standin.days import INDEX_FORM, instant
from scrapers.standin.errors import InvalidQuery

Fields = Mapping[str, Sequence[Any]]
Test = Callable[[Fields], bool]


def test_of(query: Any) -> Test:
    """What a query asks of a row's fields.

    Raises:
        InvalidQuery: for `wildcard`, `match` and all else that the service refuses.
    """
    clause, content = _only_pair(query)
    makers = {"bool": _bool, "terms": _terms, "term": _term, "range": _range}
    if clause not in makers:
        raise InvalidQuery(clause)
    return makers[clause](content)


def _only_pair(value: Any) -> tuple[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:
        raise InvalidQuery(repr(value))
    return next(iter(value.items()))


def _bool(content: Any) -> Test:
    if not isinstance(content, dict) or not content.keys() <= {"must", "must_not"}:
        raise InvalidQuery("bool")
    wanted = [test_of(part) for part in _as_list(content.get("must", []))]
    refused = [test_of(part) for part in _as_list(content.get("must_not", []))]
    return lambda fields: all(test(fields) for test in wanted) and not any(test(fields) for test in refused)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _terms(content: Any) -> Test:
    name, values = _only_pair(content)
    if not isinstance(values, list):
        raise InvalidQuery("terms")
    wanted = {str(value) for value in values}
    return lambda fields: any(str(value) in wanted for value in fields.get(name, ()))


def _term(content: Any) -> Test:
    name, value = _only_pair(content)
    wanted = str(value["value"] if isinstance(value, dict) and "value" in value else value)
    return lambda fields: any(str(given) == wanted for given in fields.get(name, ()))


def _range(content: Any) -> Test:
    """Compares only in the index's own format; any other limit is taken, and asks for the field alone (13.6)."""
    name, limits = _only_pair(content)
    if not isinstance(limits, dict) or not limits or not limits.keys() <= {"gte", "gt", "lte", "lt"}:
        raise InvalidQuery("range")
    if not all(isinstance(limit, str) and INDEX_FORM.fullmatch(limit) for limit in limits.values()):
        return lambda fields: bool(fields.get(name))
    bounds = {kind: instant(limit) for kind, limit in limits.items()}
    return lambda fields: any(_within(str(value), bounds) for value in fields.get(name, ()))


def _within(value: str, bounds: Mapping[str, Any]) -> bool:
    if not INDEX_FORM.fullmatch(value):
        return False
    at = instant(value)
    holds = {
        "gte": lambda bound: at >= bound,
        "gt": lambda bound: at > bound,
        "lte": lambda bound: at <= bound,
        "lt": lambda bound: at < bound,
    }
    return all(holds[kind](bound) for kind, bound in bounds.items())


def sort_fields(sort: Any) -> tuple[tuple[str, bool], ...]:
    """The fields to sort by, most important first, each with whether it descends; none when nothing is asked.

    Raises:
        InvalidQuery: for anything but {"field", "order"} or a list of such.
    """
    if sort is None:
        return ()
    fields = []
    for part in _as_list(sort):
        if not isinstance(part, dict) or not isinstance(part.get("field"), str):
            raise InvalidQuery("sort")
        fields.append((part["field"], str(part.get("order", "ASC")).upper() == "DESC"))
    return tuple(fields)


def text_test(text: str) -> Callable[[str], bool]:
    """What the `text` parameter asks of a row's words: `***` all, "a phrase" whole, bare words any of them."""
    asked = text.strip().lower()
    if asked.strip("*") == "":
        return lambda words: True
    if len(asked) > 2 and asked.startswith('"') and asked.endswith('"'):
        return lambda words: asked[1:-1] in words
    return lambda words: any(word in words for word in asked.split())
