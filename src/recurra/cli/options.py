"""The options of all commands, each in its one home, and the names that they may be given.

Names of few choices stand here as literals, so that `--help` need not import the rooms whose tables they are; a test
holds the two equal. Names of cells and attentions are those of their tables, which the recipe checks. An option that
was not given is None: then the recipe decides, and the help says how.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

Size = Literal["tiny", "small", "base", "large"]
UnitsName = Literal["auto", "chars", "words", "subwords", "features"]
OutputFormatName = Literal["text", "jsonl", "chart"]


def option(name: str, help: str, metavar: str | None = None, least: float | None = None) -> Any:
    """An option that is None unless it is given."""
    return typer.Option(name, help=help, metavar=metavar, min=least, show_default=False)


def argument(metavar: str, help: str) -> Any:
    """A positional argument."""
    return typer.Argument(metavar=metavar, help=help, show_default=False)


# Which examples

Pairs = Annotated[
    str | None,
    argument(
        "DATA",
        "Examples: TSV, CSV, JSON Lines or what the task reads, also packed as .gz; - is standard input.",
    ),
]
Source = Annotated[
    str | None, option("--source", "Two parallel files instead of DATA: here the sources, one a line.", "FILE")
]
Target = Annotated[str | None, option("--target", "The targets (labels, tags), line by line beside --source.", "FILE")]
InputFormat = Annotated[
    str | None,
    option(
        "--input-format",
        "How the file is written: tsv, csv, jsonl, or another that the task has; auto (the default) goes by its name "
        "and a look inside.",
        "FORMAT",
    ),
]
SourceColumn = Annotated[
    str | None,
    option(
        "--source-column", "Column of the sources: its name, or its number from 1; several: lemma,features.", "COLUMN"
    ),
]
TargetColumn = Annotated[
    str | None, option("--target-column", "Column of the targets (labels, tags) likewise.", "COLUMN")
]
Valid = Annotated[
    str | None, option("--valid", "Validation data; without them a share of the examples is set aside.", "FILE")
]
ValidTarget = Annotated[
    str | None, option("--valid-target", "The targets of --valid, where the files are parallel.", "FILE")
]

# What to train, and how long

TaskOption = Annotated[
    str | None,
    option("--task", "What is to be learned: translate, tag, lm, ...; detected in the data by default.", "T"),
]

To = Annotated[str | None, option("--to", "The model folder; <name of DATA>-model by default.", "DIR")]
Time = Annotated[
    str | None,
    option(
        "--time", "How long the whole command may take: 90s, 5m, 1h30m. 5m where --epochs is not given either.", "TIME"
    ),
]
Epochs = Annotated[float | None, option("--epochs", "Passes over the examples, instead of a time.", "N")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in the model folder.")]
ModelKind = Annotated[
    str | None,
    option("--model", "Kind of network, where a task has several: rnn, cnn, feedforward for classify.", "KIND"),
]
SizeOption = Annotated[
    Size | None,
    option("--size", "Width of the network: 64, 128, 256 or 512; the recipe's by default (translate: base)."),
]
CellOption = Annotated[
    str | None, option("--cell", "The recurrent cell: lstm (the default), gru, or another that recurra has.", "CELL")
]
AttentionOption = Annotated[
    str | None,
    option("--attention", "How the decoder attends to the source: bilinear (the default), additive, ... or none.", "A"),
]
Layers = Annotated[
    int | None,
    option(
        "--layers",
        "Layers of the network, of encoder and decoder each; the recipe's by default (translate: 2).",
        "N",
        1,
    ),
]
Bidirectional = Annotated[
    bool | None,
    option("--bidirectional/--no-bidirectional", "Whether the encoder reads in both directions; it does by default."),
]
Units = Annotated[
    str | None,
    option("--units", "What texts are cut into: chars, words, subwords, or auto (the default); see the task.", "UNITS"),
]
SourceUnits = Annotated[
    str | None,
    option(
        "--source-units",
        "What sources are cut into: chars, words, subwords, features, or auto (the default), which looks and says why; "
        "of several columns chars,features.",
        "UNITS",
    ),
]
TargetUnits = Annotated[UnitsName | None, option("--target-units", "What targets are cut into, likewise.")]
Horizon = Annotated[
    int | None, option("--horizon", "Steps to be forecast; 1 by default, or as many as the recipe says.", "N", 1)
]
Season = Annotated[
    int | None,
    option("--season", "Steps after which a series is like itself: 24 for hours of a day, 12 for months.", "N", 1),
]
Seed = Annotated[
    int | None, option("--seed", "Of all that is random; 1 by default. The same seed gives the same model.", "N", 0)
]
RecipeFile = Annotated[
    str | None, option("--recipe", "All settings, in sections. Options given beside it win.", "FILE.toml")
]
Settings = Annotated[
    list[str] | None,
    option("--set", "Any setting of a recipe, such as model.dropout=0.2; may be repeated.", "SECTION.KEY=VALUE"),
]

# Which model, and how it answers

ModelFolder = Annotated[str, argument("MODEL", "A model folder, made by recurra train.")]
Ensemble = Annotated[
    list[str] | None,
    option("--ensemble", "A further model, which answers together with the first; may be repeated.", "MODEL"),
]
Beam = Annotated[
    int | None,
    option(
        "--beam", "Hypotheses kept for each text, 1 is greedy search; the recipe's by default (5 unless set).", "N", 1
    ),
]
Diversity = Annotated[
    float | None,
    option(
        "--diversity", "How different the candidates are among which the reply is chosen: 0 is off, 1 is much.", "D", 0
    ),
]
DecodingSettings = Annotated[
    list[str] | None,
    option(
        "--set", "Any setting of decoding, such as length_penalty=1 or max_length=50; may be repeated.", "KEY=VALUE"
    ),
]
Nbest = Annotated[
    int | None,
    option("--nbest", "Outputs for each text, best first; in text format N lines of score, tab, output.", "N", 1),
]
Sample = Annotated[bool, typer.Option("--sample", help="Draw outputs at random instead of searching for the best.")]
Temperature = Annotated[
    float | None, option("--temperature", "Of sampling: below 1 more even outputs, above 1 more varied ones.", "T")
]
TopK = Annotated[int | None, option("--top-k", "Sample among the K most probable units only; 0 for all.", "K", 0)]
TopP = Annotated[float | None, option("--top-p", "Sample among the most probable units that together reach P.", "P")]
SamplingSeed = Annotated[int | None, option("--seed", "Of sampling; the same seed gives the same outputs.", "N", 0)]
Output = Annotated[
    str | None, option("--output", "Write here instead of to standard output; whole or not at all.", "FILE")
]
AttentionPage = Annotated[
    str | None,
    option("--attention", "Write a page that shows where the model looked, for the first texts.", "FILE.html"),
]
Texts = Annotated[
    str,
    typer.Argument(metavar="FILE", help="Texts, one a line; - (the default) is standard input.", show_default=False),
]
OutputFormat = Annotated[
    OutputFormatName,
    typer.Option(
        "--output-format",
        help="text: an output a line. jsonl: an object a line, with score and alternatives. chart: a forecast, drawn.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
