"""Planning, sending, recovering and confirming: the only room that writes to another system.

``planner`` is what planning one object takes and gives; ``vendors`` and ``bills`` are two such objects; ``plan`` runs
them. ``apply``, ``recover``, ``wire`` and ``confirm`` send what was approved and know no single object:
``domain.pushed`` tells them what they need.
"""
