"""The offline twins of the remote systems; a stranger to the rest of the package, it knows only the domain."""
