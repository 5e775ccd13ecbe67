"""The jobs. Tools come in as arguments; `wiring.py`, `orders.py` and `mailing.py` build the real ones."""
