"""Random moments that can be had again."""

import os
import random


def dice() -> random.Random:
    """Dice from a printed seed; FONDVAKT_TEST_SEED repeats a run, and a failed test shows what was printed."""
    seed = int(os.environ.get("FONDVAKT_TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"seed {seed}")
    return random.Random(seed)
