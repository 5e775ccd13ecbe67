"""What municipalities in general work with: the background that a need is seen against.

A call that lies near every theme (a hub) says little by lying near one need. Measured against these themes
the correction is the same for a profile of three needs as for one of fifty.
"""

from functools import cache
from importlib.resources import files


@cache
def themes() -> tuple[tuple[str, str], ...]:
    """Swedish and English wording of each theme."""
    lines = files("matcher").joinpath("themes.tsv").read_text(encoding="utf-8").splitlines()
    return tuple((swedish, english) for swedish, english in (line.split("\t") for line in lines if line))
