"""Every way in which vendors and customers can differ."""

from __future__ import annotations

from collections.abc import Callable

from business_center_cases import BusinessCenterCase
from planting.ground import ALONE_IN_INTACCT, ALONE_IN_PLATFORM, Ground, Plot, one_of
from receivables_cases import ReceivablesCase
from reconcile_cases import JUST_NOW, Case

TERMS = ("T-30", "T-unnamed")


def _with_term(case: Case) -> Case:
    case.add("bill.ap_term", id=TERMS[0], name="Net 30", due_days=30)
    return case


def _ours(name: str) -> Callable[..., object]:
    return lambda plot, **changes: getattr(plot.case, name)(plot.id, **{"name": plot.word, **changes})


def _theirs(name: str) -> Callable[..., object]:
    return lambda plot, **changes: getattr(plot.case, name)(plot.record_no, **{"name": plot.word, **changes})


VENDORS = Ground("vendor", lambda: _with_term(Case()), _ours("bill_vendor"), _theirs("intacct_vendor"), mark="comments")
CUSTOMERS = Ground(
    "customer",
    lambda: _with_term(ReceivablesCase()),
    _ours("bill_customer"),
    _theirs("intacct_customer"),
    mark="",
)
CENTER_VENDORS = Ground(
    "business_center_vendor", BusinessCenterCase, _ours("center_vendor"), _theirs("intacct_vendor"), mark=""
)


def _plant(ground: Ground, in_use: str, one_name: str, archived: dict[str, object], changed: str) -> None:
    party = ground.object
    ground.only_ours(f"archived_{party}", in_use, **archived)
    ground.only_ours(f"{party}_missing_in_intacct")
    ground.only_theirs(f"inactive_{party}", in_use, status="inactive")
    ground.only_theirs(f"top_level_{party}", "S-CFG-11", owner_entity_id=None)
    ground.only_theirs(f"{party}_missing_in_platform")
    ground.young(changed, "modified_at")
    ground.outside("other_owner", "S-CFG-11", owner_entity_id="200")
    for cause, verdict, rule, ours, theirs in (
        ("", "break", "", {}, {}),
        (f"edited_top_level_{party}", "expected", "S-CFG-11", {}, {"owner_entity_id": None}),
        ("young", "in_flight", "S-SCH-04", {changed: JUST_NOW}, {}),
    ):
        more = {"verdict": verdict, "theirs": theirs}
        renamed = {**theirs, "name": lambda plot: f"{plot.word} Ltd"}
        ground.pair(
            cause or f"{party}_differs",
            "coding",
            "name",
            rule,
            **more | {"ours": ours, "theirs": renamed},
            is_known=True,
        )
        use = cause or f"{party}_inactive_on_one_side"
        ground.pair(use, "state", "status", rule, **more | {"ours": ours | archived})
        ground.pair(use, "state", "status", rule, **more | {"ours": ours, "theirs": theirs | {"status": "inactive"}})
        if archived.get("is_archived"):
            money = theirs | {"currency": "EUR"}
            ground.pair(
                cause or f"{party}_differs", "coding", "currency", rule, **more | {"ours": ours, "theirs": money}
            )

    @ground.plants(f"second_{party}_of_a_name", ALONE_IN_INTACCT, one_name)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        ground.ours(plot)
        ground.theirs(plot, **ground.tie(plot))
        ground.theirs(plot.twin())
        return [(None, plot.twin().record_no)]

    @ground.plants(f"{party}_name_not_unique", "duplicate", one_name)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        ground.clean(plot)
        ground.theirs(plot.twin(), name=plot.word.upper())
        return [(plot.id, None), (None, plot.record_no), (None, plot.twin().record_no)]

    @ground.plants(f"{party}_name_not_unique", "duplicate", one_name)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        ground.clean(plot)
        ground.ours(plot.twin())
        return [(plot.id, None), (plot.twin().id, None), (None, plot.record_no)]


_plant(VENDORS, "S-VEN-05", "S-VEN-03", {"is_archived": True}, "modified_at")
_plant(CUSTOMERS, "S-CUS-01", "S-CUS-02", {"is_archived": True}, "modified_at")
_plant(CENTER_VENDORS, "S-PMT-03", "", {"status": one_of("inactive", "Inactive")}, "when")

for _ground, _rule in ((VENDORS, "S-VEN-06"), (CUSTOMERS, ""), (CENTER_VENDORS, "")):

    def _deleted(plot: Plot, ground: Ground = _ground) -> None:
        ground.ours(plot)
        ground.theirs(plot, _deleted=True)

    def _deleted_and_renamed(plot: Plot, ground: Ground = _ground) -> None:
        ground.ours(plot)
        ground.theirs(plot, _deleted=True, name="another")
        plot.case.cross(plot.id, plot.record_no, object_=ground.object)

    for _planter in (_deleted, _deleted_and_renamed):
        _ground.plants(f"deleted_{_ground.object}", ALONE_IN_PLATFORM, _rule)(_planter)

for _ground in (VENDORS, CUSTOMERS):
    _ground.pair(
        f"{_ground.object}_terms",
        "coding",
        "term_name",
        "S-TRM-01",
        ours={"ap_term_id": TERMS[0]},
        theirs={"term_name": one_of("Net 45", None)},
    )
for _cause, _verdict, _rule, _more in (
    ("flag_1099_differs", "break", "", {}),
    ("edited_top_level_vendor", "expected", "S-CFG-11", {"owner_entity_id": None}),
    ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}),
):
    VENDORS.pair(_cause, "coding", "is_1099", _rule, verdict=_verdict, ours={"is_1099": True}, theirs=_more)
    VENDORS.pair(_cause, "coding", "is_1099", _rule, verdict=_verdict, theirs={**_more, "form_1099_type": "MISC"})
