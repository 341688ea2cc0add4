"""Is everything set up as it must be? Each check asks one system one cheap thing and judges the answer; it only reads.

A check is a ``Probe``: what it asks, of whom, and a judgement that is a plain function of the answer.
"""

from intacct_pipelines.doctor.places import Places, Reach
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.doctor.run import PROBES, check, checks_of

__all__ = ["PROBES", "Places", "Probe", "Reach", "check", "checks_of"]
