"""Builders of list records for reconciliation, for every list that is compared; see ``reconcile_cases``."""

from __future__ import annotations

from reconcile_cases import LONG_AGO, Case

from intacct_pipelines.reconcile.objects.listed import LISTED

TIMES = {"created_at": LONG_AGO, "modified_at": LONG_AGO}
HAVE_NO_OWNER = ("ap_term",)


class ListCase(Case):
    """One link's records of one list on both sides."""

    def __init__(self, name, **more):
        super().__init__(**more)
        self.listed = LISTED[name]

    def ours(self, id_, title, code="", when=LONG_AGO, **more):
        """Add a record of the platform."""
        listed = self.listed
        names = dict(zip(listed.platform_titles, (title,), strict=False))
        coded = {listed.code: code or None} if listed.code not in names else {}
        times = {"created_at": when, "modified_at": when} if listed.platform == "bill" else {"_synced_at": when}
        return self.add(listed.platform_table, **{**names, **times, **coded, listed.key: id_, **more})

    def theirs(self, record_no, title, code="", **more):
        """Add a record of Intacct."""
        listed = self.listed
        names = dict(zip(listed.titles, (title,), strict=False))
        owner = {} if listed.name in HAVE_NO_OWNER else {"owner_entity_id": "100"}
        coded = {} if listed.id in names else {listed.id: code}
        common = {"record_no": record_no, "status": "active", **TIMES}
        return self.add(listed.intacct_table, **{**common, **owner, **names, **coded, **more})

    def result(self, **when):
        return self.reconcile(self.listed.name, **when)

    def pairs(self):
        matches = self.result().matches
        return list(matches[["platform_id", "intacct_record_no", "method"]].itertuples(index=False, name=None))
