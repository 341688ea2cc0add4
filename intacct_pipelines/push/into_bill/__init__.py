"""From Intacct into BILL: what of Intacct's is expected there and is not, and how it gets there.

``channel`` is the way (one item, one call), ``requests`` what an item is on the wire; the planners are one module for
each object, as on the way into Intacct. Nothing here moves money, and the client refuses the calls that do.
"""
