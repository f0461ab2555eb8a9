"""A trained model: asked, measured, traced, saved."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, Unpack, cast, overload

import numpy as np

from recurra.api.checked import at_least_one, folder_of, folders_of, several, texts_of
from recurra.api.given import Given, One, Several, asked_about, cells_of, data_source, named_row, paired, series_rows
from recurra.bundle import Bundle, checksum, damage_is_said
from recurra.data import DataSource, Examples, HasLine, open_examples, open_inputs
from recurra.data.dialogues import DIALOGUES
from recurra.data.examples import WARNING
from recurra.data.frames import frame_of, with_times
from recurra.data.gluonts import is_entry
from recurra.data.labelled import Reads
from recurra.data.rows import is_single, rows_of
from recurra.data.series import SERIES, Series
from recurra.data.source import REMEMBERED
from recurra.data.tagged import TAGGED, tokens_given
from recurra.data.turns import dialogue_of
from recurra.errors import DataError, ModelError, UsageError, called_from_python, in_words_of_caller
from recurra.lists import python_value
from recurra.narrowing import as_object, is_list, is_mapping, is_object
from recurra.options import from_mapping, is_section, to_mapping
from recurra.runs import clipped_share
from recurra.structure import Structure
from recurra.tasks import TASKS, Task
from recurra.tasks.activations import gathered
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.answer_settings import AnswerSettings, GenerationSettings, WritingSettings
from recurra.tasks.answers import Answers
from recurra.tasks.baseline import beside_baseline, better_note, stored_baseline
from recurra.tasks.caveats import caveats, trained_of
from recurra.tasks.contrast import ShownContrast, contrasted
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.flips import ShownFlips, flips
from recurra.tasks.gradients import EXAMPLES, SEED, ShownFlow, flow_of_examples
from recurra.tasks.headline_score import headline_score
from recurra.tasks.members import member_recipe
from recurra.tasks.model_folder import (
    Loaded,
    bundle_of,
    filled,
    load_network,
    network_of,
    parameter_count,
    refuse_other_folder,
    save_network,
)
from recurra.tasks.questions import input_text, sampled
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.repeated import several_note
from recurra.tasks.scored_text import ScoredText
from recurra.tasks.search import ShownSearch
from recurra.tasks.states import ShownNeighbours, ShownStates, nearest_to, states_of_examples
from recurra.tasks.task import (
    Generates,
    HasStructure,
    Inspected,
    Network,
    Predictor,
    Represents,
    Searches,
    Streams,
    Surprised,
)
from recurra.tasks.tracing import Asked, ShownAttribution, ShownTrace, explained, layers_of, traced
from recurra.tasks.unknown import input_notes
from recurra.tasks.what_if import Question, ShownWhatIf, what_if
from recurra.text.counted import counted
from recurra.text.visible import as_given
from recurra.tracing import Activations, Array, By, Change, Decode, Instead, Intervention, Pattern, States
from recurra.tracing.activations import THRESHOLD
from recurra.training import Weights, named_weights, weights_of
from recurra.views import ModelFacts, model_html, model_text
from recurra.views.drawing import Drawing, draw_structure
from recurra.views.records import MeasuredRecord

AnswerList: TypeAlias = Answers[AnyAnswer]
O = TypeVar("O")  # how to answer: a section of the recipe


class Model:
    """A trained model, or several as one.

    Args:
        task: what it does.
        networks: more than one answer together, by the mean of their probabilities.
        path: the model folder of the first.
        facts, card: what the folder says of the first beside weights and recipe.
        baseline: what the first is measured against, as bytes; empty: nothing.
    """

    def __init__(
        self,
        task: Task,
        networks: Sequence[Network],
        path: Path,
        facts: Mapping[str, object] | None = None,
        card: str = "",
        baseline: bytes = b"",
    ) -> None:
        self.task = task
        self.networks: list[Network] = list(networks)
        self.path = path
        self.facts: Mapping[str, object] = facts or {}
        self.columns: dict[str, str] = recorded_columns(self.facts, path)
        self.card = card
        self.baseline = baseline
        self.predictor: Predictor = task.predictor(self.networks)

    @property
    def recipe(self) -> TaskRecipe:
        """How the (first) model was made."""
        return self.networks[0].recipe

    @property
    def members(self) -> list[Model]:
        """Each network of an ensemble as a model of its own; a single model is its only member."""
        if len(self.networks) == 1:
            return [self]
        facts = {"columns": dict(self.columns)}
        return [Model(self.task, [self._alone(network)], self.path, facts) for network in self.networks]

    def _alone(self, network: Network) -> Network:
        """A network as it would be without the others."""
        recipe = network.recipe.with_settings({"training.members": 1})
        return filled(self.task.load(recipe, network.vocabularies()), weights_of(network.model), str(self.path))

    @property
    def _is_one(self) -> bool:
        """Whether a folder can hold it: one network, or members that were trained together."""
        recipe, networks = self.recipe, self.networks
        together = len(networks) <= recipe.training.members
        return together and all(one.recipe == member_recipe(recipe, k) for k, one in enumerate(networks, 1))

    @property
    def caveats(self) -> list[str]:
        """What whoever uses the model should know of its training: that it is not finished, or was too short."""
        return caveats(trained_of(self.facts))

    @called_from_python()
    def read(
        self,
        path: str | Path,
        *,
        format: str = "auto",
        source_column: str | None = None,
        time_column: str | None = None,
        sort: bool = False,
        dates: str | None = None,
        decimal: str | None = None,
        thousands: str | None = None,
    ) -> Examples[object]:
        """The inputs in a file, or of standard input ("-"), as `recurra predict` reads them.

        Of a table they stand in the columns that the training data had, unless others are named.

        Args:
            sort: put the steps of each series into the order of their times.
            dates, decimal, thousands: of series, how this file is written where it is not as the training data: as the
                settings data.dates, data.decimal and data.thousands; "auto" looks.

        Raises:
            DataError: the file cannot be read as what the task reads, or lacks a column.
        """
        source = data_source(path, None, format, source_column, None, time_column)
        source = self._source(source, sort, dates=dates, decimal=decimal, thousands=thousands)
        return open_inputs(source, self.task.kind, self.predictor.reads)

    def _source(self, source: DataSource, sort: bool = False, **written: str | None) -> DataSource:
        """A source as it is read by this model: in the columns that it was trained on, by the recipe's rules.

        Args:
            written: how dates and numbers are written in this one, where it is not as in the training data.

        Raises:
            UsageError: sorting, or a way of writing, of what is no series.
        """
        if sort and self.task.kind is not SERIES:
            raise UsageError(f"--sort has no effect on a model for the task {self.task.name}", fix="Leave it out.")
        said = {name: value for name, value in written.items() if value is not None}
        if said and self.task.kind is not SERIES:
            what = f"data.{next(iter(said))} has no effect on a model for the task {self.task.name}"
            raise UsageError(what, fix="Write the data as the training data are written.")
        if said.keys() & {"decimal", "thousands"}:
            said = {"decimal": "auto", "thousands": "auto", **said}  # of which the one follows from the other
        data = self.recipe.with_settings({f"data.{name}": value for name, value in said.items()}).data
        known = data.source(source.completed({name: one for name, one in self.columns.items() if name not in said}))
        return replace(known, steps=replace(known.steps, sort=True)) if sort else known

    @overload
    def predict(self, inputs: One, options: object = None, **settings: Unpack[AnswerSettings]) -> AnyAnswer: ...
    @overload
    def predict(self, inputs: Several, options: object = None, **settings: Unpack[AnswerSettings]) -> AnswerList: ...
    @overload  # of numbers it depends on what the model reads, whether they are one input or several
    def predict(self, inputs: object, options: object = None, **settings: Unpack[AnswerSettings]) -> Any: ...
    @called_from_python()
    def predict(
        self, inputs: object, options: object = None, **settings: Unpack[AnswerSettings]
    ) -> AnyAnswer | AnswerList:
        """The model's answer: to one input an answer, to several a list of them in their order.

        What one input is follows from what the model reads: a text, or a tuple of its columns (turns of a dialogue,
        tokens of a sentence); a vector [D]; a series [T] or [T, D] or its columns by name; an image, its path or its
        array. Anything else that can be iterated is several inputs.

        Args:
            inputs: one or several.
            options: how to answer; the recipe's section [decoding] if None.
            settings: single options by name: beam=5, nbest=3, attention=True, sample=True, temperature=0.8, ...

        Raises:
            UsageError: an unknown or impossible option.
            DataError: an input that cannot be read or is too long.

        Example:
            >>> model.predict("3 May 1998").text
            >>> model.predict(["3 May 1998", "4 June 2001"], nbest=3)[1].alternatives
        """
        inputs = self._asked_about(inputs)
        one = is_single(inputs) or self.predictor.is_one(inputs)
        asked = [inputs] if one else several(inputs, "an iterable of inputs")
        answers = Answers(self.predict_iter(asked, options, **settings))
        if self.task.kind is SERIES:
            warn_of(note for answer in answers if answer.details for note in answer.details.notes())
        return answers[0] if one else answers

    @called_from_python()
    def predict_iter(
        self, inputs: Iterable[object], options: object = None, **settings: Unpack[AnswerSettings]
    ) -> Iterator[AnyAnswer]:
        """Answers to several inputs, one after the other: they may be an endless stream."""
        asked = self._asked_about(inputs)
        rows = map(self._cells_of, [asked] if isinstance(asked, Series) else several(asked, "an iterable of inputs"))
        return self.predictor.predict(rows, self.options(options, settings))

    @called_from_python()
    def evaluate(
        self,
        data: Given,
        y: Iterable[object] | None = None,
        *,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        time_column: str | None = None,
        sort: bool = False,
        dates: str | None = None,
        decimal: str | None = None,
        thousands: str | None = None,
        examples: int | None = None,
        options: object = None,
        **settings: Unpack[AnswerSettings],
    ) -> Evaluation:
        """All measures on examples: a file (or two parallel ones), or examples given in Python.

        Its notes say what a reader should know: what was left out, inputs with several outputs, outputs that were cut.

        Args:
            data: examples; the inputs alone, if y is given.
            y: the target of each input.
            sort: put the steps of each series into the order of their times.
            dates, decimal, thousands: how the data are written, as for `read`.
            examples: so many are measured at most, drawn from all; of running text the first. None: all.

        Raises:
            DataError: the examples cannot be read, or a table lacks a column.
            UsageError: no example is asked for.
        """
        if examples is not None:
            at_least_one("examples", examples, "evaluate")
        columns = (source_column, target_column, time_column)
        written = {"dates": dates, "decimal": decimal, "thousands": thousands}
        read = self._examples(data, y, target, format, columns, sort, written)
        read = read if examples is None else sampled(read, examples, self.recipe)
        chosen = self.options(options, settings)
        evaluation = self.predictor.evaluate(read, chosen)
        baseline = self.baseline or stored_baseline(self.path / "run")
        evaluation = beside_baseline(evaluation, baseline, self.path, self.task, self.predictor, read, chosen)
        about = [*read.notes, str(read.skipped), better_note(evaluation, self.task.headline), *evaluation.notes]
        notes = [*about, several_note(read, self.task.kind), *self.caveats]
        return replace(evaluation, notes=list(dict.fromkeys(filter(None, notes))))

    def _examples(
        self,
        data: Given,
        y: Iterable[object] | None,
        target: str | Path | None,
        format: str,
        columns: tuple[str | None, str | None, str | None],
        sort: bool,
        written: Mapping[str, str | None] | None = None,
    ) -> Examples[HasLine]:
        """Examples with their targets, read in the columns that the model was trained on, unless others are named."""
        data = with_times(data) if self.task.kind is SERIES else data
        given = data_source(data, target, format, *columns) if y is None else paired(data, y)
        return open_examples(self._source(given, sort, **(written or {})), self.task.kind)

    @called_from_python()
    def score(self, data: Given, y: Iterable[object] | None = None) -> float:
        """How good the model is in one number, as scikit-learn calls it: higher is better.

        Of labels and tags the accuracy (of tags that write spans their F1), of texts the share that is exactly right,
        each between 0 and 1; of forecasts 1 - error / error of the naive forecast; of a language model -(bits per
        character). `evaluate` has all measures, with their intervals.

        Args:
            data: inputs, if y is given; else examples, as `evaluate` takes them.
            y: the target of each input.

        Raises:
            DataError: the examples cannot be read.
            UsageError: inputs and y are not equally many.
        """
        return headline_score(self.evaluate(data, y))

    @overload
    def generate(self, inputs: str = "", **settings: Unpack[GenerationSettings]) -> AnyAnswer: ...
    @overload
    def generate(self, inputs: Iterable[str], **settings: Unpack[GenerationSettings]) -> AnswerList: ...
    @called_from_python()
    def generate(
        self, inputs: str | Iterable[str] = "", **settings: Unpack[GenerationSettings]
    ) -> AnyAnswer | AnswerList:
        """Continuations by a language model: of one text an answer, of several a list.

        Args:
            inputs: how each text begins.
            settings: single options: length=500, samples=3, temperature=0.5, top_k=10, top_p=0.9, seed=1, beam=5.

        Raises:
            UsageError: an unknown or impossible option, or a model that is not a language model.
        """
        predictor = self.predictor
        if not isinstance(predictor, Generates):
            raise self._no_language_model("generate")
        options = changed(predictor.generation, settings, "generation")
        answers = Answers(predictor.generate(texts_of(inputs), options))
        return answers[0] if isinstance(inputs, str) else answers

    @called_from_python()
    def stream(self, given: object, **settings: Unpack[WritingSettings]) -> Generator[str, None, AnyAnswer]:
        """One output while it is written: a translation, a reply, a caption, a language model's continuation of a text.

        The pieces together are the text that `predict` gives (of a language model what `generate` adds). They come
        token by token from greedy search (beam=1) and sampling; from a beam all at once, since nothing is certain
        before it ends. The answer itself is what the generator returns.

        Args:
            given: one input.
            settings: single options, as `predict` (of a language model `generate`) takes them.

        Raises:
            UsageError: an unknown or impossible option, or a model that does not write.
            DataError: an input that cannot be read or is too long.

        Example:
            >>> for piece in model.stream("Once upon a time", seed=1):
            ...     print(piece, end="", flush=True)
        """
        predictor = self.predictor
        if not isinstance(predictor, Streams):
            what = f"a model for the task {self.task.name} does not write a text"
            raise UsageError(what, where="stream", fix="predict gives its whole answer.")
        return predictor.stream(self._cells_of(self._asked_about(given)), self._answering(settings))

    @overload
    def surprisal(self, inputs: str) -> ScoredText: ...
    @overload
    def surprisal(self, inputs: list[str] | tuple[str, ...] | Iterator[str]) -> list[ScoredText]: ...
    def surprisal(self, inputs: str | Iterable[str]) -> ScoredText | list[ScoredText]:
        """How much each unit of a text surprises a language model, in bits: -log2 of its probability.

        Args:
            inputs: one text, or several.

        Raises:
            UsageError: a model that is not a language model.
        """
        found = list(self.surprisal_iter(texts_of(inputs)))
        return found[0] if isinstance(inputs, str) else found

    def surprisal_iter(self, inputs: Iterable[str]) -> Iterator[ScoredText]:
        """Like `surprisal`, one after the other: inputs may be an endless stream."""
        predictor = self.predictor
        if not isinstance(predictor, Surprised):
            raise self._no_language_model("surprisal")
        return predictor.surprisal(inputs)

    @called_from_python()
    def search(self, given: object, **settings: Unpack[WritingSettings]) -> ShownSearch:
        """How outputs are found for one input: all that the search considered at every step, and what was pruned.

        Of a language model that for continuations, of other models that of `predict`; the outputs are the same.

        Args:
            given: one input.
            settings: single options, as `predict` (of a language model `generate`) takes them.

        Raises:
            UsageError: an unknown or impossible option, or a model that does not search.
            DataError: an input that cannot be read, is empty or too long.

        Example:
            >>> print(model.search("3 May 1998", beam=5))
        """
        predictor = self.predictor
        if not isinstance(predictor, Searches):
            what = f"a model for the task {self.task.name} answers at once, without a search"
            raise UsageError(what, where="search", fix="predict gives all that it considered.")
        return predictor.searched(self._cells_of(self._asked_about(given)), self._answering(settings))

    @called_from_python()
    def trace(
        self,
        given: object,
        target: object = None,
        *,
        gradients: bool | Sequence[int] = False,
        attribution: str = "",
        contrast: object = None,
        **settings: Unpack[AnswerSettings],
    ) -> ShownTrace:
        """Everything that happens inside on the way to an output: each gate and state, each decision.

        Args:
            given: one input.
            target: the output to trace; the model's own if None.
            gradients: True: also how strongly the loss at each output depends on each state before it; the numbers of
                outputs, from 0: the gradients of their losses with respect to each unit.
            attribution: a method of `explain`, to find what each output rests on too; nothing if empty.
            contrast: another output: also why this one and not that, as `contrast` says it; nothing if None.
            settings: single options of answering, as `predict` takes them.

        Raises:
            DataError: an input that cannot be read, is empty or too long.
            UsageError: a target that the model cannot write, an output that is not there.

        Example:
            >>> model.trace("3 May 1998").decisions[0].top
            >>> model.trace("3 May 1998", target="1998-05-04", gradients=True).save("trace.json")
        """
        asked = self._ask(given, target, settings)
        found = traced(asked, self.task.name, gradients=gradients)
        network = self.networks[0]
        structure = network.structure() if isinstance(network, HasStructure) else None
        rests_on = explained(asked, method=attribution) if attribution else None
        against = None if contrast is None else self._contrast(asked, given, contrast, settings)
        return replace(found, attribution=rests_on, structure=structure, contrast=against)

    @called_from_python()
    def explain(
        self,
        given: object,
        target: object = None,
        *,
        method: str = "integrated-gradients",
        instead: str | None = None,
        outputs: Sequence[int] = (),
        **settings: Unpack[AnswerSettings],
    ) -> ShownAttribution:
        """What of an input each output rests on, in the (first) network.

        Args:
            given: one input.
            target: the output that is explained; the model's own if None.
            method: "integrated-gradients", whose scores add up to what the input changes; "gradient", the quickest;
                "leave-one-out".
            instead: what could stand there instead: the scores then say what speaks for the one and against the other.
            outputs: the numbers of single outputs, from 0; all if none are named.

        Raises:
            DataError: an input that cannot be read, is empty or too long.
            UsageError: an unknown method, an output or an alternative that is not there.

        Example:
            >>> model.explain("a fine film").inputs[0].scores
        """
        asked = self._ask(given, target, settings)
        return explained(asked, method=method, instead=instead, outputs=outputs)

    @called_from_python()
    def contrast(
        self, given: object, versus: object, target: object = None, **settings: Unpack[AnswerSettings]
    ) -> ShownContrast:
        """Why this output and not that one: how probable the model finds each part of both, and where that decides.

        Args:
            given: one input.
            versus: the other output: a text, a label, tags.
            target: the one; the model's own answer if None.
            settings: single options of answering, as `predict` takes them.

        Raises:
            DataError: an input that cannot be read, is empty or too long.
            UsageError: an output that the model cannot give, the same one twice, a model that answers numbers.

        Example:
            >>> print(model.contrast("3/4/05", versus="2005-03-04"))
        """
        if versus is None:
            raise UsageError("there is nothing to compare the output with", where="versus", fix="Give another output.")
        return self._contrast(self._ask(given, target, settings), given, versus, settings)

    def _contrast(self, first: Asked, given: object, versus: object, settings: Mapping[str, object]) -> ShownContrast:
        """What was asked beside another output for the same input."""
        try:
            second = self._ask(given, versus, settings)
        except UsageError as error:
            error.where = "versus" if error.where == "target" else error.where
            raise
        return contrasted(first, second, self.options(None, settings))

    @called_from_python()
    def what_if(self, given: object, *changes: Change, **settings: Unpack[WritingSettings]) -> ShownWhatIf:
        """What follows if something is changed, beside what was.

        Of a language model what follows for its continuations.

        Args:
            given: one input.
            changes: `recurra.Force(0, "2")` a token of the output, `recurra.Instead("4 May")` another input,
                `recurra.SetUnit("encoder.0.forward", 3)` a unit switched off, `recurra.SetAttention(2, {0: 1.0})` where
                a step looks, `recurra.Decode({"beam": 1})` another search; several may be changed at once.
            settings: single options of both runs, as `predict` (of a language model `generate`) takes them.

        Raises:
            DataError: an input that cannot be read, is empty or too long.
            UsageError: a change that is not possible for this model, its output or this input; it names what there is.

        Example:
            >>> print(model.what_if("3 May 1998", recurra.Force(0, "2")))
        """
        intervention = Intervention(changes)
        self._inspected()
        cells = self._cells_of(self._asked_about(given))
        before = Question(self.task, self.networks, cells, self._answering(settings))
        after = before
        for other in intervention.of(Instead):
            after = replace(after, given=self._cells_of(self._asked_about(other.given)))
        for search in intervention.of(Decode):
            after = replace(after, options=self._answering({**settings, **search.settings}))
        return what_if(before, after, intervention)

    @called_from_python()
    def flip(
        self,
        given: object,
        *,
        output: int = 0,
        to: str | None = None,
        threshold: float | None = None,
        **settings: Unpack[AnswerSettings],
    ) -> ShownFlips:
        """The smallest changes of an input, of one or two tokens, that another answer follows from.

        Args:
            given: one input, a text or a sentence of tokens.
            output: the number of the token of a text that is to be another one, of tags the token whose tag is.
            to: the label, tag or token that is wanted; any other one if None.
            threshold: which a number is to cross.
            settings: single options of answering, as `predict` takes them.

        Raises:
            DataError: an input that cannot be read, is empty or too long.
            UsageError: an input of other things than tokens, no such output, or no threshold for a number.

        Example:
            >>> print(model.flip("a fine film"))
        """
        cells = self._cells_of(self._asked_about(given))
        return flips(self.predictor, cells, self.options(None, settings), output=output, to=to, threshold=threshold)

    def _answering(self, settings: Mapping[str, object]) -> object:
        """The options of an answer, of a language model those of a continuation."""
        predictor = self.predictor
        if isinstance(predictor, Generates):
            return changed(predictor.generation, settings, "generation")
        return self.options(None, settings)

    @called_from_python()
    def gradients(
        self,
        data: Given,
        y: Iterable[object] | None = None,
        *,
        examples: int = EXAMPLES,
        seed: int = SEED,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        time_column: str | None = None,
        sort: bool = False,
    ) -> ShownFlow:
        """How an error travels back through time in the (first) network, with a verdict.

        Args:
            data: examples with their targets, as `evaluate` takes them; the inputs alone, if y is given.
            y: the target of each input.
            examples: so many are taken, drawn from all.
            seed: of drawing them.
            sort: put the steps of each series into the order of their times.

        Raises:
            DataError: the examples cannot be read, or none of them can be traced.
            UsageError: a network without recurrent layers, or no example is asked for.

        Example:
            >>> print(model.gradients("test.tsv").verdict.words)
        """
        at_least_one("examples", examples, "gradients")
        columns = (source_column, target_column, time_column)
        found = self._examples(data, y, target, format, columns, sort)
        return flow_of_examples(
            self._inspected(),
            self.recipe,
            found,
            self.options(None, {}),
            most=examples,
            seed=seed,
            title=str(self.path),
            clipped=clipped_share(self.path),
            notes=[*found.notes, str(found.skipped)],
        )

    def _ask(self, given: object, target: object, settings: Mapping[str, object]) -> Asked:
        return self._inspected().ask(self._cells_of(self._asked_about(given)), self.options(None, settings), target)

    @called_from_python()
    def draw(self, unrolled: int | None = None) -> Drawing:
        """A drawing of the (first) network: each layer once, or so many time steps side by side.

        Raises:
            UsageError: steps that are not between 1 and 50, or a network that does not say what it is made of.
        """
        return draw_structure(self.structure(), unrolled)

    def structure(self) -> Structure:
        """What the (first) network is made of: its parts, their sizes, as plain data.

        Raises:
            UsageError: it does not say.
        """
        network = self.networks[0]
        if not isinstance(network, HasStructure):
            what = f"a network for the task {self.task.name} does not say what it is made of"
            raise UsageError(what, where="draw", fix="Give its class a method structure(); docs/drawings.md says how.")
        return network.structure()

    @called_from_python()
    def activations(
        self,
        inputs: Iterable[object],
        *,
        layer: str | None = None,
        state: str = "hidden",
        examples: int = 500,
        also: object = None,
    ) -> Activations:
        """What a layer of the (first) model computes over many inputs: where is this unit so active, which are like it?

        Args:
            inputs: several, as for `predict`: model.read("test.tsv") reads them from a file.
            layer: "encoder.0.forward"; the first one if None.
            state: or gate: "hidden", "cell", "forget", ...
            examples: inputs to trace at most, spread evenly over all of them.
            also: one more input, which becomes the last text.

        Raises:
            UsageError: there is no such layer or state.
            DataError: there are no inputs, or one cannot be read.

        Example:
            >>> found = model.activations(model.read("test.tsv"))
            >>> found.strongest(17)
        """
        asked = several(self._asked_about(inputs), "an iterable of inputs")
        unknown_in = self._represents().unknown_in
        return gathered(
            asked,
            lambda one: layers_of(self._ask(one, None, {})),
            lambda one: unknown_in(self._cells_of(one)),
            layer,
            state,
            examples,
            also,
        )

    @called_from_python()
    def pattern(
        self,
        given: object,
        span: tuple[int, int],
        inputs: Iterable[object],
        *,
        layer: str | None = None,
        state: str = "hidden",
        threshold: float = THRESHOLD,
        alone: bool = True,
        examples: int = 500,
        count: int = 10,
    ) -> Pattern:
        """The units that are active at some steps of an input, and where else in many inputs they are.

        Args:
            given: one input.
            span: its first step, from 0, and the one after the last.
            inputs: several, as for `predict`: model.read("test.tsv") reads them from a file.
            layer, state, examples: as for `activations`.
            threshold: above which a unit is active.
            alone: only units that are not active at the steps beside the span.
            count: matches at most; the place itself is the first of them.

        Raises:
            UsageError: there is no such layer, state or step.
            DataError: there are no inputs, or one cannot be read.

        Example:
            >>> model.pattern("5 May 1999", (2, 5), model.read("test.tsv")).matches[1]
        """
        found = self.activations(inputs, layer=layer, state=state, examples=examples, also=given)
        return found.pattern(-1, *span, threshold, alone=alone, count=count)

    @called_from_python()
    def vectors(self, inputs: object) -> Array:
        """The vector by which the (first) network knows an input [E]; of several inputs [N, E], in their order.

        Which vector that is, says `predictor.represented`: the last state of an encoder, pooled states, ...

        Args:
            inputs: one or several, as for `predict`.

        Raises:
            DataError: an input that cannot be read, is empty or too long.
            UsageError: the model of a task that has no such vectors.
        """
        asked = self._asked_about(inputs)
        one = is_single(asked) or self.predictor.is_one(asked)
        rows = map(self._cells_of, [asked] if one else several(asked, "an iterable of inputs"))
        found = list(self._represents().vectors(rows))
        for number, vector in enumerate(found, 1):
            if vector is None:
                raise DataError("the input is empty", where=f"input {number}", fix="Leave it out.")
        vectors = np.array(found, np.float32)
        return vectors[0] if one else vectors

    @called_from_python()
    def states(
        self,
        data: Given,
        y: Iterable[object] | None = None,
        *,
        examples: int = 2000,
        answers: bool = True,
        seed: int = 1,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        time_column: str | None = None,
        sort: bool = False,
    ) -> ShownStates:
        """The vectors of the examples of some data, with what is known of each: drawn in two dimensions, searched.

        Args:
            data: examples with their targets, as `evaluate` takes them; the inputs alone, if y is given.
            y: the target of each input.
            examples: so many are taken at most, drawn from all.
            answers: whether the model is asked for its answers too, so that right and wrong can be told apart.
            seed: of drawing the examples.
            sort: put the steps of each series into the order of their times.

        Raises:
            DataError: the examples cannot be read.
            UsageError: no example is asked for, or the model of a task that has no such vectors.

        Example:
            >>> found = model.states("test.tsv")
            >>> found.plane.explained
            >>> found.save("test.npz")
        """
        at_least_one("examples", examples, "states")
        self._represents()
        read = self._examples(data, y, target, format, (source_column, target_column, time_column), sort)
        return states_of_examples(
            self.predictor,
            self.recipe,
            read,
            self._digest(),
            most=examples,
            seed=seed,
            options=self.options(None, {}),
            answers=answers,
            notes=[*read.notes, str(read.skipped)],
        )

    @called_from_python()
    def nearest(
        self,
        given: object,
        data: Given | States,
        *,
        count: int = 10,
        by: By = "cosine",
        examples: int = 100_000,
        seed: int = 1,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        time_column: str | None = None,
        sort: bool = False,
    ) -> ShownNeighbours:
        """The examples of some data that the (first) network knows by the nearest vectors. The search is exact.

        Args:
            given: one input.
            data: examples, as `evaluate` takes them, such as the training data; or the states of some, which are not
                computed again.
            count: how many.
            by: "cosine" (the angle between the vectors) or "euclid" (their distance).
            examples: so many are compared at most, drawn from all.
            seed: of drawing them.

        Raises:
            DataError: the input or the examples cannot be read.
            UsageError: an impossible count, or states of another model.

        Example:
            >>> print(model.nearest("3 May 1998", "train.tsv"))
        """
        one = self._cells_of(self._asked_about(given))
        vector = next(self._represents().vectors([one]))
        if vector is None:
            raise DataError("the input is empty", where="the input", fix="Give one with something in it.")
        if not isinstance(data, States):
            data = self.states(
                data, examples=examples, seed=seed, answers=False, target=target, format=format,
                source_column=source_column, target_column=target_column, time_column=time_column, sort=sort,
            )  # fmt: skip
        if data.model != self._digest():
            raise UsageError("these are the states of another model", where="data", fix="Compute them with this one.")
        return nearest_to(data, vector, input_text(one), count, by, input_notes(self._represents().unknown_in(one)))

    def _inspected(self) -> Inspected:
        if not isinstance(self.predictor, Inspected):
            raise UsageError(f"a model for the task {self.task.name} cannot be traced", where="trace")
        return self.predictor

    def _represents(self) -> Represents:
        if not isinstance(self.predictor, Represents):
            what = f"a model for the task {self.task.name} does not say by which vector it knows an input"
            raise UsageError(what, where="states")
        return self.predictor

    def _digest(self) -> str:
        """Of the weights of the (first) network."""
        return checksum(named_weights(self.networks[0].model))

    def _cells_of(self, given: object) -> object:
        if isinstance(given, str | Series):
            return given  # most often; it has no columns
        if self.task.kind is SERIES and (series := self._asked_about(given)) is not given:
            return series  # one of several that are given as tables
        if self.task.kind is TAGGED and is_mapping(given):
            return tokens_given({str(name): value for name, value in given.items()}, self.columns)
        reads = self.predictor.reads
        return cells_of(given, self.columns, vectors=isinstance(reads, Reads) and reads.kind == "vector")

    def _asked_about(self, given: object) -> object:
        """Inputs as the model reads them; a table of steps is read as such a file: as one series, or a list of them."""
        if self.task.kind is DIALOGUES:
            whole = dialogue_of(given)
            return list(map(dialogue_of, whole)) if is_list(whole) else asked_about(whole)
        if self.task.kind is not SERIES:
            return self._rows_of_table(given)
        rows = series_rows(given)
        if rows is None:
            return given
        examples = open_inputs(self._source(DataSource(rows=rows)), SERIES, self.predictor.reads)
        series = list(examples)
        warn_of(examples.notes)
        if rows and not series:
            what = f"expected the steps of a series, got {counted(len(rows), 'row')} without any"
            raise DataError(what, where="the input", fix="Give a row for each step, with its numbers by column.")
        return series[0] if is_entry(given) or (len(series) == 1 and not series[0].name) else series

    def _rows_of_table(self, given: object) -> object:
        """Inputs, those of a data frame as its rows; of a model of series as the series that its rows are steps of."""
        reads = self.predictor.reads
        kind = reads.kind if isinstance(reads, Reads) else ""
        row = named_row(given)
        names = self.columns.get("source_column", "").split(",")
        if row is not None and (kind == "vector" or not row.keys().isdisjoint(names)):
            return row
        if kind == "series" and frame_of(given) is not None:
            return list(open_inputs(self._source(DataSource(rows=rows_of(given))), self.task.kind, reads))
        return asked_about(given)

    @called_from_python()
    def save(self, path: str | Path) -> None:
        """Writes the model into a folder, whole or not at all; `recurra.load` opens it, and it answers the same.

        Args:
            path: a folder that is not there, is empty, or holds a saved model, which is replaced.

        Raises:
            UsageError: several models as one.
            RunError: the folder holds something else, or cannot be written.
        """
        if not self._is_one:
            what = f"{counted(len(self.networks), 'model')} from folders of their own cannot be saved in one"
            fix = "Save each by itself: model.members[0].save(path). recurra train --members trains several as one."
            raise UsageError(what, where="save", fix=fix)
        folder, network = folder_of(path), self.networks[0]
        refuse_other_folder(folder, self.path)
        save_network(folder, self.task, network, weights_of_all(self.networks), self.facts, self.card, self.baseline)

    def options(self, options: object, settings: Mapping[str, object]) -> Any:
        """The options given, or the recipe's, with single ones changed."""
        chosen = self.recipe.decoding if options is None else options
        if settings and chosen is None:
            name = f"a model for the task {self.task.name}"
            raise UsageError(f"{name} answers without options; given: {', '.join(settings)}")
        return changed(chosen, settings, "decoding")

    def _no_language_model(self, where: str) -> UsageError:
        what = f"a model for the task {self.task.name} is not a language model"
        return UsageError(what, where=where, fix="Train one: recurra train TEXT --task language-model.")

    def __reduce__(self) -> tuple[object, ...]:
        each = [self.networks] if self._is_one else [[network] for network in self.networks]
        bundles = [
            bundle_of(self.task, some[0], weights_of_all(some), self.facts, self.card, self.baseline) for some in each
        ]
        return unpickled, (bundles, self.path)

    def __repr__(self) -> str:
        several = f"{counted(len(self.networks), 'model')}, " if len(self.networks) > 1 else ""
        first = self.networks[0]
        return (
            f"<recurra.Model {several}{first.describe()}, {counted(parameter_count(first), 'parameter')}, {self.path}>"
        )

    def __str__(self) -> str:
        return model_text(self._shown())

    def _repr_html_(self) -> str:
        return model_html(self._shown())

    def _shown(self) -> ModelFacts:
        return ModelFacts(
            self.task.summary,
            [network.describe() for network in self.networks],
            sum(map(parameter_count, self.networks)),
            str(self.path),
            as_object(self.facts.get("trained")),
            cast("MeasuredRecord | None", self.facts.get("measured") or None) if self._is_one else None,
        )


def warn_of(notes: Iterable[str]) -> None:
    """Warns of those that are warnings, of each once, where a method of the model was called."""
    for note in dict.fromkeys(notes):
        if note.startswith(WARNING):
            warnings.warn(in_words_of_caller(note.removeprefix(WARNING)), stacklevel=4)


def weights_of_all(networks: Iterable[Network]) -> list[Weights]:
    """A copy of the weights of each."""
    return [weights_of(network.model) for network in networks]


def recorded_columns(facts: Mapping[str, object], folder: Path) -> dict[str, str]:
    """What a model folder says about the columns of the training data.

    Raises:
        ModelError: something else stands there.
    """
    said = facts.get("columns", {})
    known = as_object(said).items()
    columns = {name: value for name, value in known if name in REMEMBERED and isinstance(value, str)}
    if not is_object(said) or len(columns) < len(said):
        where = str(folder / "config.json")
        raise ModelError("columns of the training data cannot be read", where=where, fix="Copy the model folder again.")
    return columns


def unpickled(bundles: Sequence[Bundle], path: Path) -> Model:
    """The model that was pickled."""
    return as_one([network_of(bundle, path, TASKS) for bundle in bundles], path)


def as_one(loaded: Sequence[Loaded], path: Path) -> Model:
    """All networks as one model; what else is known of it is known of the first."""
    first = loaded[0]
    networks = [network for one in loaded for network in one.networks]
    return Model(first.task, networks, path, first.facts, first.card, first.baseline)


def changed(options: O, settings: Mapping[str, object], section: str) -> O:
    """Options of a section with single ones changed, strictly."""
    if not is_section(options) and (settings or is_mapping(options)):
        what = f"expected {section} options, got a {type(options).__name__}: {as_given(options)}"
        fix = "Give single options by name: predict(inputs, beam=3), or **options."
        raise UsageError(what, where="options", fix=fix)
    if not settings or not is_section(options):
        return options  # None of a task that answers without any
    settings = {name: python_value(value) for name, value in settings.items()}
    replaced: Mapping[str, Sequence[str]] = getattr(options, "replaced", {})
    gone = {name for key in settings for name in replaced.get(key, ())}
    kept = {name: value for name, value in to_mapping(options).items() if name not in gone}
    return from_mapping(type(options), {**kept, **settings}, section)


@called_from_python()
def load(path: str | Path | Sequence[str | Path]) -> Model:
    """The model of a folder; of several folders, an ensemble.

    Raises:
        ModelError: a folder that is not a model, is damaged, or does not fit the others.
    """
    paths = folders_of(path)
    loaded = [load_network(one, TASKS) for one in paths]
    first = loaded[0]
    for other, folder in zip(loaded, paths, strict=True):
        if other.task is not first.task:
            what = f"the models of an ensemble must have one task: {first.task.name} first, {other.task.name} here"
            raise ModelError(what, where=str(folder))
    with damage_is_said(paths[0]):
        return as_one(loaded, paths[0])
