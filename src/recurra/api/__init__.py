"""The front door: train a model, load one, ask it.

model = recurra.train("pairs.tsv", time="5m")
model.predict("hello").text
model.evaluate("test.tsv").measures["sequence_error_rate"].value
model.trace("hello")

The same for every task: recurra.train("reviews.tsv", task="classify").
"""

from recurra.api.drawing import draw
from recurra.api.given import data_source
from recurra.api.model import Model, load
from recurra.api.run_curves import Curves, curves
from recurra.api.training import compare, train
from recurra.comparing import Comparison
from recurra.tasks.choosing import read_recipe

__all__ = ["Comparison", "Curves", "Model", "compare", "curves", "data_source", "draw", "load", "read_recipe", "train"]
