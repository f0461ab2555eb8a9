"""Demos: data that come with recurra or make themselves, learned within a minute, with something to look at.

A demo is a file here that makes a `Demo` and calls it DEMO, and a line in this table. Each file is imported only when
its demo is asked for.
"""

from __future__ import annotations

import importlib

from recurra.demos.demo import Bench, Demo, Experiment, Learned, Split
from recurra.options import unknown_name

# Name, which is that of the file as well (with _ for -), and what it is about.
DEMOS = {
    "caption": "a row of handwritten digits: the number in words, in three languages",
    "chat": "a phrase book that understands 'and in German?'",
    "dates": "dates as people write them in a hundred languages, converted to ISO 8601",
    "language": "which language the name of a country, region or language is in",
    "questions": "questions about small stories: who is where, who has what, yes or no, how many",
    "tag": "weekday, day, month and year in dates of a hundred languages; five of them are not in the training data",
    "order": "word order: reviews of the same words, which a recurrent network can distinguish, a bag of words cannot",
    "forecast": "the sum of two marked numbers far back: an LSTM remembers them, an Elman network does not",
    "memory": "the adding and the copy problem: how far back errors reach in Elman, GRU, LSTM and minGRU networks",
    "language-model": "the next character of the Python language reference: continued, and its surprisal shown",
}


def demo_named(name: str) -> Demo | Experiment:
    """The demo of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in DEMOS:
        raise unknown_name("demo", name, DEMOS, where="DEMO")
    demo: Demo | Experiment = importlib.import_module(f"recurra.demos.{name.replace('-', '_')}").DEMO
    return demo


__all__ = ["DEMOS", "Bench", "Demo", "Experiment", "Learned", "Split", "demo_named"]
