"""Who may want money for what: municipalities, their units and needs."""
