"""One wire protocol each; the clients do not know each other."""
