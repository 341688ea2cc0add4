"""Which configuration a company needs: the questions, the answers, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intacct_pipelines.domain.configurations.shape import Configuration, Level, at_level


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a company.

    Args:
        asks: The question, answered by yes or no.
        rule: Number of the rule that makes it one.
        yes: Why a yes decides.
        is_of_levels: Whether it says nothing where entities share no lists.
    """

    asks: str
    rule: str
    yes: str
    is_of_levels: bool = False


QUESTIONS: Final = {
    "shared": Question(
        "Has the company several entities that share their lists (multi-entity shared)?",
        "S-CFG-13",
        "the company's entities share their lists",
    ),
    "several": Question(
        "Are several BILL accounts to be connected to this company?", "S-CFG-01", "there are several BILL accounts"
    ),
    "owned_at_root": Question(
        "Are lists or documents that BILL shares owned at the top level?",
        "S-CFG-14",
        "records are owned at the top level",
        is_of_levels=True,
    ),
    "reconciled_at_root": Question(
        "Are bank accounts reconciled at the top level?",
        "S-CFG-14",
        "bank accounts are reconciled at the top level",
        is_of_levels=True,
    ),
    "inter_company": Question(
        "Does Intacct make transfers between entities by itself (automatic inter-company transactions)?",
        "S-CFG-14",
        "transfers between entities are automatic",
        is_of_levels=True,
    ),
}
"""The questions in their order, by the name of the answer: two on the shape, three on the top level."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of a company; each is the answer to the question of its name.

    Args:
        shared: Whether it has entities that share their lists.
        several: Whether several BILL accounts are connected to it.
        owned_at_root: Whether the top level owns lists or documents.
        reconciled_at_root: Whether the top level reconciles.
        inter_company: Whether transfers between entities are automatic.
    """

    shared: bool
    several: bool
    owned_at_root: bool = False
    reconciled_at_root: bool = False
    inter_company: bool = False

    @property
    def demands(self) -> tuple[str, ...]:
        """Names of the answers that demand the top level; none where there are no levels (S-CFG-12, S-CFG-14)."""
        of_levels = (name for name, question in QUESTIONS.items() if question.is_of_levels)
        return tuple(name for name in of_levels if self.shared and getattr(self, name))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a configuration is advised: what was answered, and the rule."""

    says: str
    rule: str


def advise(answers: Answers) -> Configuration:
    """Return the configuration that the answers demand: sharing first, then what demands the top level."""
    of_entities = Level.TOP if answers.demands else Level.ENTITY
    level = of_entities if answers.shared else Level.COMPANY
    return at_level(level, has_several=answers.several)


def reasons(answers: Answers) -> tuple[Reason, ...]:
    """Return why they demand it."""
    several = QUESTIONS["several"]
    shape = Reason(several.yes if answers.several else "there is one BILL account", several.rule)
    if not answers.shared:
        return (
            Reason("the company has one entity, or entities that share no lists", "S-CFG-13"),
            Reason("it has no levels, so what is owned or reconciled where decides nothing", "S-CFG-12"),
            shape,
        )
    shared = Reason(QUESTIONS["shared"].yes, "S-CFG-13")
    demanded = [Reason(QUESTIONS[name].yes, QUESTIONS[name].rule) for name in answers.demands]
    return (shared, *(demanded or [Reason("nothing demands the top level", "S-CFG-14")]), shape)
