"""Sentences on their way to a tagger: broken spans refused or repaired, tokens and tags as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from recurra.data import Examples, Row, Tagged
from recurra.data.bio import broken_at, is_bio, repaired
from recurra.data.chunks import chunks
from recurra.errors import DataError
from recurra.tasks.tag.network import TagNetwork
from recurra.tasks.task import Emit
from recurra.training import Note

KINDS = {"words": "<i4", "characters": "<i4", "sizes": "<i4", "tags": "<i4"}
UNKNOWN_TAG, UNKNOWN_INSIDE = -1, -2  # tags that the training data lack; the second continues a span
CHUNK = 512  # sentences encoded at once
SHOWN = 5


def spans_whole(sentences: Examples[Tagged], repair: bool, emit: Emit) -> Examples[Tagged]:
    """The same sentences, repaired if that is asked for and the tags write spans.

    Raises:
        DataError: broken spans, and repairing them was not asked for.
    """
    if not is_bio(chain.from_iterable(sentence.tags for sentence in sentences)):
        return sentences
    broken = [(sentence, k) for sentence in sentences for k in broken_at(sentence.tags)]
    if not broken:
        return sentences
    name = sentences.name
    if repair:
        emit(Note(f"{len(broken):,} spans of {name} begin with I- and were repaired to begin with B- (data.repair)"))
        return sentences.map(lambda sentence: sentence._replace(tags=repaired(sentence.tags)))
    places = [
        f"  {name}:{sentence.line}: token {k + 1}, {sentence.tokens[k]!r}, has the tag {sentence.tags[k]} after "
        f"{sentence.tags[k - 1] if k else 'the beginning'}"
        for sentence, k in broken[:SHOWN]
    ]
    more = [f"  ... and {len(broken) - SHOWN:,} more"] if len(broken) > SHOWN else []
    raise DataError(
        "\n".join([f"{len(broken):,} tags I-X continue a span that did not begin with B-X:", *places, *more]),
        where=name,
        fix="Correct them, or let each begin a span: --set data.repair=true",
    )


def encoded_rows(examples: Iterable[Tagged], network: TagNetwork) -> Iterator[Row]:
    """Rows for the table. A tag that the network does not know has a negative number: so it counts as wrong."""
    number = {tag: k for k, tag in enumerate(network.tags)}
    for chunk in chunks(examples, CHUNK):
        for example, (words, spellings) in zip(chunk, network.reader.encode([e.tokens for e in chunk]), strict=True):
            values = {
                "words": words,
                "characters": list(chain.from_iterable(spellings)),
                "sizes": [len(spelling) for spelling in spellings],
                "tags": [number.get(tag, UNKNOWN_INSIDE if tag[:2] == "I-" else UNKNOWN_TAG) for tag in example.tags],
            }
            yield Row(values, example.line)
