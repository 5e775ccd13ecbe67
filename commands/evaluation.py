"""`fondvakt evaluate`: how good the matcher is on judged matches."""

import typer


def register(app: typer.Typer) -> None:
    """Add `evaluate` to the command."""
