"""The jobs. Tools come in as arguments; `wiring.py` builds the real ones."""
