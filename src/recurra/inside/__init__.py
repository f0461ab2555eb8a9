"""Looking inside a run while its tensors are there: how an error travels back through time.

What is found is handed out as plain data (`tracing`); the views draw that.
"""

from recurra.inside.norms import spectral_norms
from recurra.inside.signals import Passage, Signal, State, TimedLoss, signals

__all__ = ["Passage", "Signal", "State", "TimedLoss", "signals", "spectral_norms"]
