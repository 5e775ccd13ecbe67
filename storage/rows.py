"""Rows of the database as the nouns that they keep."""

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Row

Noun = TypeVar("Noun")


def read_as(noun: type[Noun], row: Row, **otherwise: Any) -> Noun:
    """The noun that a row keeps: each field from the column of its name, but for those that read otherwise."""
    names = (field.name for field in fields(noun) if field.name not in otherwise)
    return noun(**{name: getattr(row, name) for name in names}, **otherwise)
