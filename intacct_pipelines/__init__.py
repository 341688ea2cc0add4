"""Keep Sage Intacct and the platforms that spend and collect money in step, to the cent, provably."""

__version__ = "0.1.0"
