"""What is shown while a model is trained or networks are compared: live in a terminal and a notebook, else lines."""

from recurra.progress.run_progress import RunProgress
from recurra.progress.showing import shown_comparison, shown_run

__all__ = ["RunProgress", "shown_comparison", "shown_run"]
