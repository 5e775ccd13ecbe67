"""Pages about people: who they are, what was done by whom, and what is kept of them."""
