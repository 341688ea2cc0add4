"""From Intacct into Spend & Expense: records of lists as the values of the custom fields that carry coding.

``values`` decides, ``channel`` is the way. Nothing here changes or takes away what people choose from.
"""
