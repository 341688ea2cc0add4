"""Frames and batches in, verdicts out: contracts of single rows, and checks across documents."""
