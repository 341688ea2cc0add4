"""Planning, sending, recovering and confirming: the only room that writes to another system."""
