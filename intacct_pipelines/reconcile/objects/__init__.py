"""One module for each reconciled object: which rows it reads, how they pair, what is compared and why it may differ."""
