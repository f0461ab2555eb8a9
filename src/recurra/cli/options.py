"""The options of all commands, each in its one home, and the names that they may be given.

Names of few choices stand here as literals, so that `--help` need not import the rooms whose tables they are; a test
holds the two equal. Names of cells and attentions are those of their tables, which the recipe checks. An option that
was not given is None: then the recipe decides, and the help says how.
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from typer.models import ArgumentInfo, OptionInfo

from recurra.cli.known_names import Completer, assignments, task_names, values_of

Size = Literal["tiny", "small", "medium", "base", "large"]
UnitsName = Literal["auto", "chars", "graphemes", "codepoints", "decomposed", "words", "subwords", "features"]
OutputFormatName = Literal["text", "jsonl", "chart"]
ByName = Literal["cosine", "euclid"]
MethodName = Literal["integrated-gradients", "gradient", "leave-one-out"]
TextFormatName = Literal["text", "jsonl"]  # of commands that write nothing that can be drawn


def option(
    name: str, help: str, metavar: str | None = None, least: float | None = None, complete: Completer | None = None
) -> OptionInfo:
    """An option that is None unless it is given; `complete` helps the shell with its values."""
    return typer.Option(name, help=help, metavar=metavar, min=least, show_default=False, autocompletion=complete)


def argument(metavar: str, help: str) -> ArgumentInfo:
    """A positional argument."""
    return typer.Argument(metavar=metavar, help=help, show_default=False)


# Which examples

Pairs = Annotated[
    str | None,
    argument(
        "DATA",
        "A file of examples: TSV, CSV, JSON Lines or another format of the task, also compressed "
        "(.gz); - reads standard input.",
    ),
]
Source = Annotated[
    str | None,
    option("--source", "The sources, one per line, if sources and targets are in two parallel files.", "FILE"),
]
Target = Annotated[
    str | None, option("--target", "The targets (labels, tags), one per line, parallel to --source.", "FILE")
]
InputFormat = Annotated[
    str | None,
    option(
        "--input-format",
        "Format of the data: tsv, csv, jsonl or another format of the task; auto (the default) "
        "detects it from name and content.",
        "FORMAT",
    ),
]
SourceColumn = Annotated[
    str | None,
    option("--source-column", "Column of the sources, by name or by number from 1; several: lemma,features.", "COLUMN"),
]
TargetColumn = Annotated[
    str | None, option("--target-column", "Column of the targets (labels, tags), by name or by number.", "COLUMN")
]
TimeColumn = Annotated[
    str | None, option("--time-column", "Column of the times of a series, by name or by number.", "COLUMN")
]
Sort = Annotated[bool | None, option("--sort", "Put the steps of each series into the order of their times.")]
Valid = Annotated[
    str | None, option("--valid", "Validation data; by default a share of the examples is set aside.", "FILE")
]
ValidTarget = Annotated[
    str | None,
    option("--valid-target", "The targets of --valid, if sources and targets are in two parallel files.", "FILE"),
]

Vectors = Annotated[
    str | None,
    option(
        "--vectors",
        "Pretrained word vectors (word2vec, GloVe, fastText's .vec, a folder of model2vec) as word embeddings, for "
        "classify, regress, tag and the sources of translate; see docs/vectors.md.",
        "FILE",
    ),
]
Gazetteer = Annotated[
    list[str] | None,
    option(
        "--gazetteer",
        "A gazetteer for the task tag: a list of names, one per line, in which words are looked up; may be repeated; "
        "city=cities.txt gives it a name.",
        "FILE",
    ),
]

# What to train, and how long

TaskOption = Annotated[
    str | None,
    option("--task", "The task: translate, tag, lm, ...; detected in the data by default.", "T", complete=task_names),
]

To = Annotated[str | None, option("--to", "The model folder; <name of DATA>-model by default.", "DIR")]
Time = Annotated[
    str | None,
    option(
        "--time",
        "Time limit for the whole command: 90s, 5m, 1h30m. The default is 5m, unless --epochs is given.",
        "TIME",
    ),
]
Epochs = Annotated[
    float | None, option("--epochs", "Number of passes over the training data, instead of a time limit.", "N")
]
Resume = Annotated[bool, typer.Option("--resume", help="Resume the run in the model folder.")]
Watched = Annotated[
    bool,
    typer.Option("--watch", help="Show the training as it happens on a page of this machine, and say its address."),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Train anew in a folder that holds a model; it answers until the new one can."),
]
ModelKind = Annotated[
    str | None,
    option(
        "--model",
        "Kind of network, for tasks that have several: rnn, cnn or feedforward for classify.",
        "KIND",
        complete=values_of("model.kind"),
    ),
]
SizeOption = Annotated[
    Size | None,
    option(
        "--size",
        "Width of the layers: tiny (64), small (128), medium (192), base (256) or large (512); see recurra settings "
        "for the default.",
    ),
]
CellOption = Annotated[
    str | None,
    option("--cell", "Recurrent cell: lstm (the default), gru, elman, ...", "CELL", complete=values_of("model.cell")),
]
AttentionOption = Annotated[
    str | None,
    option(
        "--attention",
        "Attention of the decoder: bilinear (the default), additive, dot, scaled-dot or none.",
        "A",
        complete=values_of("model.attention"),
    ),
]
Layers = Annotated[
    int | None,
    option(
        "--layers",
        "Number of layers (of encoder and decoder each); see recurra settings for the default.",
        "N",
        1,
    ),
]
Bidirectional = Annotated[
    bool | None,
    option("--bidirectional/--no-bidirectional", "Whether the encoder reads in both directions (the default)."),
]
Units = Annotated[
    str | None,
    option(
        "--units",
        "What texts are split into: chars (which chooses what a character is: graphemes, codepoints or decomposed), "
        "words, subwords or auto (the default).",
        "UNITS",
        complete=values_of("text.units"),
    ),
]
SourceUnits = Annotated[
    str | None,
    option(
        "--source-units",
        "What sources are split into: chars, words, subwords, features or auto (the default, "
        "which says what it chose and why); for several columns: chars,features.",
        "UNITS",
    ),
]
TargetUnits = Annotated[UnitsName | None, option("--target-units", "What targets are split into.")]
Horizon = Annotated[int | None, option("--horizon", "Number of steps to forecast; 1 by default.", "N", 1)]
Season = Annotated[
    int | None,
    option("--season", "Seasonal period in steps: 24 for hourly data with a daily pattern, 12 for months.", "N", 1),
]
Seed = Annotated[int | None, option("--seed", "Random seed (default 1). The same seed gives the same model.", "N", 0)]
Members = Annotated[
    int | None,
    option("--members", "Train an ensemble of N networks, one after the other, within the time limit.", "N", 1),
]
Threads = Annotated[
    int | None,
    option("--threads", "Number of CPU threads; by default one, with --time as many as make steps faster.", "N", 1),
]
AnswerThreads = Annotated[
    int | None,
    option(
        "--threads",
        "Number of CPU threads, by default one for each idle core, at most 8. Each answers a batch by itself, so "
        "answers are the same with any number.",
        "N",
        1,
    ),
]
InsideThreads = Annotated[
    int | None,
    option("--threads", "Number of CPU threads; one by default: more change the last digits of results.", "N", 1),
]
RecipeFile = Annotated[
    str | None, option("--recipe", "A file of settings; options on the command line override it.", "FILE.toml")
]
Settings = Annotated[
    list[str] | None,
    option(
        "--set",
        "Change any setting (recurra settings lists them), for example model.dropout=0.2; may be repeated.",
        "SECTION.KEY=VALUE",
        complete=assignments,
    ),
]

# Which model, and how it answers

ModelFolder = Annotated[str, argument("MODEL", "A model folder, as made by recurra train.")]
Ensemble = Annotated[
    list[str] | None,
    option("--ensemble", "Another model for an ensemble with the first; may be repeated.", "MODEL"),
]
Beam = Annotated[
    int | None,
    option("--beam", "Width of the beam, 1 is greedy search; by default that of the recipe (usually 5).", "N", 1),
]
Diversity = Annotated[
    float | None,
    option("--diversity", "How different the candidate replies in the beam are: 0 is off, 1 is much.", "D", 0),
]
DecodingSettings = Annotated[
    list[str] | None,
    option(
        "--set",
        "Change a setting of decoding, for example length_penalty=1 or max_length=50; may be repeated.",
        "KEY=VALUE",
    ),
]
FileSettings = Annotated[
    list[str] | None,
    option(
        "--set",
        "Change a setting of decoding, for example length_penalty=1 or max_length=50, or say how a table of series is "
        "written: data.dates, data.decimal, data.thousands; may be repeated.",
        "KEY=VALUE",
    ),
]
Nbest = Annotated[
    int | None,
    option("--nbest", "Outputs per input, the best first; as text N lines of score, tab and output.", "N", 1),
]
Sample = Annotated[bool, typer.Option("--sample", help="Sample outputs instead of searching for the best one.")]
Temperature = Annotated[
    float | None, option("--temperature", "Sampling: below 1 more conservative, above 1 more varied.", "T")
]
TopK = Annotated[int | None, option("--top-k", "Sampling: from the K most probable units only; 0: from all.", "K", 0)]
TopP = Annotated[
    float | None, option("--top-p", "Sampling: from the most probable units that together reach probability P.", "P")
]
SamplingSeed = Annotated[
    int | None, option("--seed", "Sampling: random seed; the same seed gives the same outputs.", "N", 0)
]
Output = Annotated[
    str | None,
    option("--output", "Write to this file instead of standard output; it is complete or not written at all.", "FILE"),
]
AttentionPage = Annotated[
    str | None,
    option("--attention", "Write an HTML page with the attention maps of the first inputs.", "FILE.html"),
]
Versus = Annotated[
    str | None,
    option(
        "--versus",
        "Another model, such as an older one: which examples changed, and is the difference significant?",
        "MODEL",
    ),
]
ReportPage = Annotated[
    str | None,
    option(
        "--to",
        "Write an HTML page: measures on parts of the examples, confusions, every example with its output.",
        "FILE.html",
    ),
]
Texts = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="Inputs, one per line; - (the default) reads standard input.", show_default=False
    ),
]
OutputFormat = Annotated[
    OutputFormatName,
    typer.Option(
        "--output-format",
        help="text: one output per line. jsonl: one object per line, with score and alternatives. "
        "chart: a chart, for forecasts.",
    ),
]
# Units of a layer

UnitData = Annotated[str, argument("DATA", "Inputs, as for predict; - reads standard input.")]
Layer = Annotated[str | None, option("--layer", "The layer, for example encoder.0.forward; by default the first.", "L")]
State = Annotated[str, typer.Option("--state", metavar="NAME", help="Its state or gate: hidden, cell, forget, ...")]
Unit = Annotated[int | None, option("--unit", "One unit, counted from 0: where it is strongest.", "N", 0)]
UnitText = Annotated[str | None, option("--text", "An input, of whose steps --span selects some.", "TEXT")]
Span = Annotated[
    str | None,
    option("--span", "Steps of --text, counted from 0: 3:7 are 3 to 6. Shows the units active only there.", "A:B"),
]
Threshold = Annotated[float | None, option("--threshold", "Value above which a unit is active (0.3 by default).", "X")]
Beside = Annotated[bool, typer.Option("--beside", help="Also units that are active at the steps beside --span.")]
TracedExamples = Annotated[
    int, typer.Option("--examples", metavar="N", min=1, help="Inputs to trace, spread evenly over DATA.")
]
UnitsPage = Annotated[
    str | None,
    option("--to", "Write an HTML page that shows all units, and those active at steps that you mark.", "FILE.html"),
]
SaveUnits = Annotated[str | None, option("--save", "Write the values themselves: .npz or .json.", "FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
