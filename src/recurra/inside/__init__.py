"""Looking inside a run while its tensors are there: how an error travels back through time.

What is found is handed out as plain data (`tracing`); the views draw that.
"""

from recurra.inside.flow import TracedRun, gradient_flow
from recurra.inside.norms import spectral_norms
from recurra.inside.signals import Passage, Signal, State, TimedLoss, signals
from recurra.inside.verdict import memory_of, network_verdict, verdict_of

__all__ = [
    "Passage",
    "Signal",
    "State",
    "TimedLoss",
    "TracedRun",
    "gradient_flow",
    "memory_of",
    "network_verdict",
    "signals",
    "spectral_norms",
    "verdict_of",
]
