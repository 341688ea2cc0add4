"""From Intacct into Business Center: accounts, vendors and open bills that its files lack or hold otherwise.

``channel`` writes the files and looks up what was written; ``answers`` heeds what the other side said of them.
"""
