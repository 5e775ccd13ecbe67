"""The parts of the command `fondvakt`, one module a subject; `cli.py` puts them together."""
