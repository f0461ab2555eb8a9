"""Sentences on their way to a tagger: how their tags write spans, what does not fit, tokens and tags as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from recurra.data import Examples, Place, Row, Tagged
from recurra.data.chunks import chunks
from recurra.data.roles import fine_tags
from recurra.data.schemes import (
    LENIENT,
    LETTERS,
    ROLES,
    RULES,
    Mark,
    Neighbours,
    Scheme,
    find_scheme,
    neighbours_of,
    tag_counts,
    usual_outside,
)
from recurra.errors import DataError, UsageError
from recurra.tasks.tag.network import TagNetwork
from recurra.tasks.tag.recipe import AUTO, NONE, TagDataOptions
from recurra.text.counted import agreeing, and_others, counted, has_or_have

COLUMNS = ["words", "characters", "sizes", "surfaces", "names", "classes", "tags"]
KINDS = dict.fromkeys(COLUMNS, "<i4")
CHUNK = 512  # sentences encoded at once
SHOWN = 5  # places, and different tags, that a message names
TAGS_SHOWN = 100
STRAY = len(ROLES)  # the role of a tag that writes no span
UNKNOWN = "\0"  # begins what stands for a tag that the training data lack: no tag of theirs is called so

Say = Callable[[str], None]


def decide(name: str, neighbours: Neighbours, options: TagDataOptions, say: Say) -> Scheme | None:
    """How the tags write spans: as the user says, or as most of the training data do; None: they write none.

    Args:
        name: of the training data.
        neighbours: of their tags.

    Raises:
        DataError: the tags write no spans, and the user says that they do.
        UsageError: the user does not say how the tags are written, and it is not the usual way.
    """
    if options.scheme == NONE:
        return None
    # To repair is to write BIO, where an I-X that goes on with nothing would be right in IOB1.
    found = find_scheme(neighbours, [name for name in LETTERS if name not in LENIENT or not options.repair])
    if options.scheme != AUTO:
        wanted = Scheme.parse(options.scheme)
        if found is None and not any(map(wanted.mark, tag_counts(neighbours))):
            what = f"no tag writes spans in {wanted}"
            raise DataError(what, where=name, fix="Leave data.scheme out, or check that it is the column of the tags.")
        if found is not None and found.writing != wanted.writing and options.scheme == wanted.name:
            full = replace(found, name=wanted.name)
            what = f"the tags of {name} are written as in {full}"
            raise UsageError(what, where="data.scheme", fix=f"Say so: --set 'data.scheme={full}'")
        found = wanted if found is None or options.scheme != wanted.name else replace(found, name=wanted.name)
    if found is not None and found.outside not in usual_outside(found.writing):
        say(f"warning: there is no tag O in {name}: {found.outside!r} is taken for it")
    if found is None and (spans := sum(n for tag, n in tag_counts(neighbours).items() if tag[:2] in ("B-", "I-"))):
        begin, are = ("begins", "it is") if spans == 1 else ("begin", "they are")
        say(f"warning: {counted(spans, 'tag')} of {name} {begin} with B- or I-, but most tags do not, so {are} "
            "not read as spans (--set data.scheme=BIO reads them so)")  # fmt: skip
    return found


def in_scheme(
    sentences: Examples[Tagged],
    scheme: Scheme | None,
    say: Say,
    *,
    repair: bool,
    strict: bool = True,
    neighbours: Neighbours | None = None,
) -> Examples[Tagged]:
    """The same sentences with their spans in this scheme; what does not fit is said, with its places.

    Args:
        repair: whether spans that break the rules of the scheme are written again, as they are read.
        strict: whether they are refused otherwise.
        neighbours: of the tags, where they have been counted already.

    Raises:
        DataError: broken spans.
    """
    if scheme is None:
        return sentences
    names = [scheme.name, *(name for name in LETTERS if name != scheme.name)]  # of equal ones the first is taken
    neighbours = neighbours_of(sentence.tags for sentence in sentences) if neighbours is None else neighbours
    own = find_scheme(neighbours, names) or scheme
    if own != scheme and not (repair and own.name in LENIENT):
        say(f"{sentences.name} writes spans in {own}, and they are rewritten in {scheme}, that of the model")
        whole = in_scheme(sentences, own, say, repair=repair, strict=strict, neighbours=neighbours)
        return whole.map(lambda sentence: sentence._replace(tags=own.rewritten(sentence.tags, scheme)))
    if not all(map(scheme.fits, tag_counts(neighbours))):
        say_strays(sentences, scheme, say)
    if all(scheme.may_follow(*pair) for pair in neighbours):
        return sentences
    broken = [(sentence, k) for sentence in sentences for k in scheme.broken_at(sentence.tags)]
    name = sentences.name
    what = f"{counted(len(broken), 'tag')} {agreeing(len(broken), 'break')} {scheme.name} ({RULES[scheme.name]})"
    if repair:
        say(f"{name}: {what}, and their spans were repaired (data.repair)")
        return sentences.map(lambda sentence: sentence._replace(tags=scheme.rewritten(sentence.tags, scheme)))
    places = [f"  {broken_in_words(sentences.place, *one)}" for one in broken[:SHOWN]]
    more = [f"  ... and {len(broken) - SHOWN:,} more"] if len(broken) > SHOWN else []
    listed = "\n".join([f"{what}:", *places, *more])
    if strict:
        fix = (
            "Correct them, or have them repaired: --set data.repair=true (or, if these are no spans, data.scheme=none)"
        )
        raise DataError(listed, where=name, fix=fix)
    say(f"warning: {name}: {listed}\n  They are read as conlleval reads them.")
    return sentences


def broken_in_words(place: Place, sentence: Tagged, k: int) -> str:
    """Where and what is wrong at a tag, or at the end of a sentence."""
    before = sentence.tags[k - 1] if k else "the beginning"
    if k == len(sentence.tags):
        return f"{place(sentence.line_of(k - 1))}: the sentence ends after the tag {before}"
    token = f"token {k + 1}, {sentence.tokens[k]!r}"
    return f"{place(sentence.line_of(k))}: {token}, has the tag {sentence.tags[k]} after {before}"


def say_tags(counts: Counter[str], say: Say) -> None:
    """Says how often each tag is there, the commonest first: 3 tags: O (900), B-PER (40), I-PER (12)"""
    shown = ", ".join(f"{tag} ({count:,})" for tag, count in counts.most_common(TAGS_SHOWN))
    rest = len(counts) - TAGS_SHOWN
    say(f"{counted(len(counts), 'tag')}: {shown}" + (f" and {counted(rest, 'rarer one')}" if rest > 0 else ""))
    if spaced := next((tag for tag in counts if tag.split() != [tag]), None):
        fix = "write _ in their place, or use --output-format jsonl"
        say(f"warning: tags such as {spaced!r} have spaces, and predict writes spaces between tags: {fix}")


def say_strays(sentences: Examples[Tagged], scheme: Scheme, say: Say) -> None:
    """Says which tags are none of the scheme, and where the first of them are."""
    places: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for sentence in sentences:
        for k, tag in enumerate(sentence.tags):
            if not scheme.fits(tag):
                counts[tag] += 1
                if counts[tag] <= SHOWN:
                    places.setdefault(tag, []).append(sentences.place(sentence.line_of(k)))
    listed = [
        f"  {tag!r}, {times(count)}: {', '.join(places[tag])}{', ...' if count > SHOWN else ''}"
        for tag, count in counts.most_common(SHOWN)
    ]
    more = [f"  ...{and_others(len(counts) - SHOWN)}"] if len(counts) > SHOWN else []
    what = f"warning: tags of {sentences.name} that do not fit {scheme} count as outside all spans:"
    fix = f"  Are they meant to be {scheme.outside}, or are some lines no tokens, such as a header? Correct the data."
    say("\n".join([what, *listed, *more, fix]))


def tags_of(sentences: Iterable[Tagged]) -> set[str]:
    """All that are there."""
    return {tag for sentence in sentences for tag in sentence.tags}


def say_unseen(others: Examples[Tagged], known: Iterable[str], say: Say) -> None:
    """Says which tags the training data lack, how often they are there, and in how many sentences."""
    counts: Counter[str] = Counter()
    affected = total = 0
    first: dict[str, str] = {}
    known = frozenset(known)
    for sentence in others:
        total += 1
        found = [(k, tag) for k, tag in enumerate(sentence.tags) if tag not in known]
        affected += bool(found)
        for k, tag in found:
            counts[tag] += 1
            first.setdefault(tag, others.place(sentence.line_of(k)))
    if counts:
        named = ", ".join(
            f"{tag!r} ({times(count)}, first at {first[tag]})" for tag, count in counts.most_common(SHOWN)
        )
        more = and_others(len(counts) - SHOWN)
        say(f"warning: {affected:,} of {counted(total, 'sentence')} in {others.name} {has_or_have(affected)} tags that "
            f"the training data lack, which count as wrong: {named}{more}")  # fmt: skip


def times(count: int) -> str:
    """once, 2 times"""
    return "once" if count == 1 else counted(count, "time")


def encoded_rows(examples: Iterable[Tagged], network: TagNetwork) -> Iterator[Row]:
    """Rows for the table. A tag that the network does not know has a negative number: so it counts as wrong."""
    number = {tag: k for k, tag in enumerate(network.tags)}
    fine = {one: k for k, one in enumerate(network.classes)}
    scheme = network.scheme
    for chunk in chunks(examples, CHUNK):
        for example, (words, tokens, names) in zip(
            chunk, network.reader.encode([e.tokens for e in chunk]), strict=True
        ):
            kinds: dict[str, int] = {}
            values = {
                "words": words,
                "characters": list(chain.from_iterable(token.spelling for token in tokens)),
                "sizes": [len(token.spelling) for token in tokens],
                "classes": [fine.get(one, -1) for one in fine_tags(example.tags, scheme)] if fine and scheme else [],
                "names": names,
                "surfaces": list(chain.from_iterable(token.surface for token in tokens)),
                "tags": [
                    number[tag] if tag in number else number_of_unknown(tag, scheme, kinds) for tag in example.tags
                ],
            }
            yield Row(values, example.line)


def number_of_unknown(tag: str, scheme: Scheme | None, kinds: dict[str, int]) -> int:
    """A negative number for a tag that the network does not know, from which its role can be told, and its kind apart.

    Args:
        kinds: the unknown kinds of the sentence, each with its number.
    """
    mark = None if scheme is None else scheme.mark(tag)
    role = STRAY if mark is None else ROLES.index(mark.role)
    kind = kinds.setdefault("" if mark is None else mark.kind, len(kinds))
    return -1 - role - (STRAY + 1) * kind


def unknown_tag(number: int, scheme: Scheme | None) -> str:
    """A tag for such a number, with the same spans."""
    kind, role = divmod(-1 - number, STRAY + 1)
    name = f"{UNKNOWN}{kind}"
    return name if scheme is None or role == STRAY else scheme.tag(Mark(ROLES[role], name))
