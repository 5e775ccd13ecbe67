"""The command in forked children, some of which are killed: what `test_kill.py` and `test_polite_end.py` talk to.

An order is {"arguments": [...]}.
"""

import sys
from contextlib import redirect_stdout, suppress
from importlib import import_module
from pathlib import Path

from forking import Forker, obey


def command_forker(data_dir: Path, **environ: str) -> Forker:
    """Runs the command over an installation, without the model."""
    named = {f"FONDVAKT_{name}": str(value) for name, value in environ.items()}
    return Forker(
        Path(__file__),
        log=data_dir.with_name(f"{data_dir.name}.log"),
        FONDVAKT_DATA_DIR=str(data_dir),
        FONDVAKT_MODEL=str(data_dir / "no-model"),
        FONDVAKT_MAIL_PER_MINUTE="100000",
        **named,
    )


def read_everything() -> None:
    """What a command would read when it is asked for, read once for all children."""
    import cli

    for module in {*cli.MODULES.values()} - {"demo", "serving"}:
        import_module(f"commands.{module}")
    with redirect_stdout(sys.stderr), suppress(SystemExit):
        cli.app(args=["letters", "--help"])


def obey_commands() -> None:
    import cli
    from commands.errors import run

    obey(lambda arguments: run(lambda: cli.app(args=arguments)))


if __name__ == "__main__":
    read_everything()
    obey_commands()
