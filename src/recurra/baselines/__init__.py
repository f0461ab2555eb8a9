"""The simplest strong thing for each task, fitted within moments: what a network has to be better than.

Nothing in here knows of networks or tasks: examples come as texts and arrays of numbers, and what is learned is a few
arrays that are stored beside a model.
"""

from recurra.baselines.allowance import MOST_EXAMPLES, Allowance
from recurra.baselines.baseline import Baseline
from recurra.baselines.chain import ChainBaseline
from recurra.baselines.columns import READERS, Cells, ColumnsBaseline, Fitting, stored_columns
from recurra.baselines.nearest import NearestBaseline
from recurra.baselines.pairs import PairsModel
from recurra.baselines.smoothing import SmoothingBaseline
from recurra.baselines.stored import MOST_BYTES, Stored, from_bytes
from recurra.baselines.units import UnitsBaseline

__all__ = [
    "MOST_BYTES",
    "MOST_EXAMPLES",
    "READERS",
    "Allowance",
    "Baseline",
    "Cells",
    "ChainBaseline",
    "ColumnsBaseline",
    "Fitting",
    "NearestBaseline",
    "PairsModel",
    "SmoothingBaseline",
    "Stored",
    "UnitsBaseline",
    "from_bytes",
    "stored_columns",
]
