"""Prints every figure of `docs/bench.md`; `--only NAME` measures one part."""

import argparse
import os
import platform

from bench import (
    collecting,
    demonstration,
    generated,
    headers,
    letters,
    matching,
    one_click,
    pages,
    policies,
    serving,
    suite,
    unseen,
)

PARTS = {
    "collect": collecting.measure,
    "days": collecting.measure_days,
    "demo": demonstration.measure,
    "headers": headers.measure,
    "generated": generated.measure,
    "letters": letters.measure,
    "matching": matching.measure,
    "one-click": one_click.measure,
    "pages": pages.measure,
    "policies": policies.measure,
    "serve": serving.measure,
    "suite": suite.measure,
    "unseen": unseen.measure,
}


def main() -> None:
    """Measure the chosen parts and print them as one table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    chosen = parser.parse_args().only or list(PARTS)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in chosen:
        for figure in PARTS[name]():
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
