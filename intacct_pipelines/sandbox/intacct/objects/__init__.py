"""What fields each object has: the vendor's object reference, embedded as data, a module for each area."""
