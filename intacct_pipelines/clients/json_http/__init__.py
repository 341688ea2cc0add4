"""JSON over HTTP as BILL's gateway speaks it; shared by the clients of its two APIs, which do not know each other."""
