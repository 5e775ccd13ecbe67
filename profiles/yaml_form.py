"""YAML read without guessing and without tricks (threats P-01 to P-04).

A plain `true` or `false` is yes or no, a plain whole number without a leading zero is a number, a plain day such as
2026-08-22 is a day; anything else is the text that stands there: NO, on, 12:30, 010 and 1_000 stay as written.
Anchors, aliases, tags, several documents and the same key twice are refused.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from profiles.problems import Problem, ProfileError
from texts import N_, Message

DEEPEST = 12
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = {"true": True, "false": False, "": None, "~": None, "null": None}


class YamlLines:
    """Finds the line of a key path such as `units[2].needs[0].title`; as `profiles.lines.Lines` does for TOML."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def of(self, path: str) -> int | None:
        """The line of the key, or of the nearest thing around it that has one."""
        while path:
            if path in self.found:
                return self.found[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None


def parsed_yaml(text: str, name: str) -> tuple[dict[str, Any], YamlLines]:
    """The document of a YAML text, and where its keys stand.

    Raises:
        ProfileError: no YAML, or with something in it that is refused; each with its line.
    """
    try:
        _check_events(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        cause = getattr(failure, "problem", None) or "?"
        raise ProfileError(
            [_problem(name, mark, N_("filen är inte giltig YAML: {cause}"), cause=cause)]
        ) from failure
    lines = YamlLines()
    problems: list[Problem] = []
    document = _value(node, "", lines, problems, name)
    if not isinstance(document, dict):
        problems.append(_problem(name, None, N_("filen är inte giltig YAML: {cause}"), cause="key: value"))
    if problems:
        raise ProfileError(problems)
    return document, lines


def yaml_text(document: Mapping[str, Any]) -> str:
    """A document as YAML that `parsed_yaml` reads back the same."""
    return yaml.dump(
        document, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False
    )


class _Writer(yaml.SafeDumper):
    """Texts with several lines as blocks, and a little air between the things of a list."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Things of a list stand further in than the list's key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, _data: Any) -> bool:
        """The same thing twice is written twice."""
        return True


def _represented(writer: _Writer, text: str) -> yaml.ScalarNode:
    is_block = "\n" in text and not re.search(r"[ \t]$", text, re.MULTILINE)
    needs_quotes = bool(_NUMBER.fullmatch(text) or _DAY.fullmatch(text) or text in _PLAIN)
    style = "|" if is_block else "'" if needs_quotes else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _represented)


def _check_events(text: str, name: str) -> None:
    """Go through the text once, building nothing: what is refused is refused before it can cost anything."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        refused = None
        if getattr(event, "anchor", None) is not None:
            refused = N_("ankare och alias (& och *) används inte; skriv ut värdet")
        elif getattr(event, "tag", None) is not None or getattr(event, "tags", None):
            refused = N_("taggar (!) används inte; skriv bara värdet")
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            refused = N_("filen har flera dokument (---); en profil är ett") if documents > 1 else None
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            refused = N_("filen är nästlad för djupt") if depth > DEEPEST else None
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if refused:
            raise ProfileError([_problem(name, event.start_mark, refused)])


def _value(node: yaml.Node | None, path: str, lines: YamlLines, problems: list[Problem], name: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, lines, problems, name))
    if isinstance(node, yaml.SequenceNode):
        values = []
        for number, child in enumerate(node.value):
            here = f"{path}[{number}]"
            lines.found[here] = child.start_mark.line + 1
            values.append(_value(child, here, lines, problems, name))
        return values
    return _scalar(node) if node is not None else None


def _pairs(
    node: yaml.MappingNode, path: str, lines: YamlLines, problems: list[Problem], name: str
) -> Iterator[tuple[str, Any]]:
    first: dict[str, int] = {}
    for key_node, child in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(_problem(name, key_node.start_mark, N_("en nyckel är ett ord, ingen lista")))
            continue
        key = key_node.value
        if key in first:
            text = N_("nyckeln {key} står två gånger, på rad {first} och {line}")
            problems.append(
                _problem(name, key_node.start_mark, text, key=repr(key), first=first[key], line=line)
            )
            continue
        first[key] = line
        here = f"{path}.{key}" if path else key
        lines.found[here] = line
        yield key, _value(child, here, lines, problems, name)


def _scalar(node: yaml.ScalarNode) -> Any:
    text = node.value
    if node.style:  # quoted, or a block
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if _NUMBER.fullmatch(text):
        return int(text)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text  # 2026-02-30 is no day; whoever asks for one says so
    return text


def _problem(name: str, mark: yaml.Mark | None, text: str, **values: Any) -> Problem:
    line = mark.line + 1 if mark is not None else None
    return Problem(file=name, line=line, key="", message=Message(text=text, values=values))
