"""Configurations A to F: at which place of a company BILL accounts end, what follows, and which one answers demand."""

from intacct_pipelines.domain.configurations.advice import QUESTIONS, Answers, Question, Reason, advise, reasons
from intacct_pipelines.domain.configurations.fitting import (
    Placed,
    above_the_entity,
    configurations_of,
    in_no_configuration,
    misfits,
    without_sharing,
)
from intacct_pipelines.domain.configurations.limits import LIMITATIONS, Limitation, Relief, limitations
from intacct_pipelines.domain.configurations.shape import CONFIGURATIONS, Configuration, Fact, Level, at_level

__all__ = [
    "CONFIGURATIONS",
    "LIMITATIONS",
    "QUESTIONS",
    "Answers",
    "Configuration",
    "Fact",
    "Level",
    "Limitation",
    "Placed",
    "Question",
    "Reason",
    "Relief",
    "above_the_entity",
    "advise",
    "at_level",
    "configurations_of",
    "in_no_configuration",
    "limitations",
    "misfits",
    "reasons",
    "without_sharing",
]
