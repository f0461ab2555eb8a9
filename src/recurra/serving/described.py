"""What a model is, for whoever asks it over HTTP: what it reads and writes, what can be set, inputs to begin with.

reads    {"kind": "text", "columns": [{"name": "", "kind": "text"}]}
         kind: "text"; "tokens" (a text with tokens between spaces, or a list of them); "turns" (a list of what was
         said); "columns" (a mapping by name, or a list); "category"; "number"; "vector" and "series" (numbers);
         "image". Of columns also what they can hold: categories, names of numbers, size of images; of series the
         window, and the cycles of the calendar that are read of their times
attends  whether it looks at parts of its input by weights that are learned
writes   {"kind": "label", "labels": [...]}; "number"; "tags" with its labels; "text"; "next" (what comes next);
         "series" with the columns that are forecast and the horizon
options  of answering, by name, with their values; generation: those of continuations
"""

from __future__ import annotations

from recurra.attention import Attention, Last
from recurra.columns import CategoryColumn, Column, ImageColumn, NumbersColumn
from recurra.options import is_section, to_mapping
from recurra.serving.answered import Described
from recurra.serving.examples import examples_of
from recurra.serving.models import Served
from recurra.tasks.caption.predictor import CaptionPredictor
from recurra.tasks.chat.task import ChatPredictor
from recurra.tasks.forecast.predictor import ForecastPredictor
from recurra.tasks.language_model.predictor import LanguagePredictor
from recurra.tasks.many_to_one.predictor import HeadPredictor
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.tasks.tag.predictor import TagPredictor
from recurra.tasks.task import Generates, Streams


def described(served: Served) -> Described:
    """A model, as JSON values."""
    model = served.model
    predictor, decoding = model.predictor, model.recipe.decoding
    parts = model.networks[0].model.modules()
    return {
        "name": served.name,
        "task": model.task.name,
        "summary": model.task.summary,
        "description": model.networks[0].describe(),
        "caveats": model.caveats,
        "reads": reads(predictor),
        "writes": writes(predictor),
        "attends": any(isinstance(one, Attention) and not isinstance(one, Last) for one in parts),
        "options": to_mapping(decoding) if is_section(decoding) else {},
        "generation": to_mapping(predictor.generation) if isinstance(predictor, Generates) else None,
        "streams": isinstance(predictor, Streams),
        "examples": examples_of(served),
    }


def reads(predictor: object) -> Described:
    """What one input is."""
    match predictor:
        case HeadPredictor():
            inputs = predictor.first.inputs
            names = inputs.names or ("",)
            columns = [column_described(name, one) for name, one in zip(names, inputs.columns, strict=True)]
            return {"kind": inputs.kind, "columns": columns}
        case CaptionPredictor():
            column = column_described("", predictor.inputs)
            return {"kind": column["kind"], "columns": [column]}
        case ForecastPredictor():
            network = predictor.first
            names = [{"name": name, "kind": "series"} for name in network.columns]
            data = network.recipe.data
            calendar = {"calendar": list(data.cycles)} if data.cycles else {}
            return {"kind": "series", "columns": names, "window": data.window, **calendar}
        case TagPredictor():
            return {"kind": "tokens", "columns": [{"name": "", "kind": "text"}]}
        case ChatPredictor():
            return {"kind": "turns", "columns": [{"name": "", "kind": "text"}], "turns": predictor.turns}
        case TextPredictor() if predictor.reads > 1:
            return {"kind": "columns", "columns": [{"name": "", "kind": "text"} for _ in range(predictor.reads)]}
        case _:
            return {"kind": "text", "columns": [{"name": "", "kind": "text"}]}


def writes(predictor: object) -> Described:
    """What one answer is."""
    match predictor:
        case HeadPredictor():
            choices = predictor.first.head.choices
            return {"kind": "label", "labels": list(choices)} if choices else {"kind": "number"}
        case TagPredictor():
            return {"kind": "tags", "labels": list(predictor.network.tags)}
        case ForecastPredictor():
            network = predictor.first
            horizon = network.recipe.model.horizon
            recursive = network.recipe.model.strategy == "recursive"
            return {"kind": "series", "columns": list(network.targets), "horizon": horizon, "recursive": recursive}
        case LanguagePredictor():
            return {"kind": "next", "units": predictor.network.tokenizer.units}
        case _:
            return {"kind": "text"}


def column_described(name: str, column: Column) -> Described:
    """A column, and what it can hold."""
    found: Described = {"name": name, "kind": column.kind}
    match column:
        case CategoryColumn():
            return {**found, "categories": list(column.categories)}
        case NumbersColumn():
            return {**found, "names": list(column.names)}
        case ImageColumn():
            shape = column.shape
            return {**found, "height": shape.height, "width": shape.width, "channels": shape.channels}
        case _:
            return found
