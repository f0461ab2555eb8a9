"""Strings to ids and back, in one of these units.

    graphemes, codepoints, decomposed
              characters of three kinds (characters.py says which are what); `chars` chooses among them
    words     exactly what stands between whitespace; decoded by joining with one space
    subwords  pieces of words learned by byte-pair encoding; a space is written "▁" inside them
    features  what stands between ; , and | ("V;PST;3;SG", "pos=V,tense=PST"); decoded by joining with ;

The work is done by Hugging Face `tokenizers`, and `to_json` is a file that library opens by itself. Units and
normalization are read back from that file's own content, so there is nothing beside it that could be lost.

decode(encode(text)) is the normalized text when all of it is known: for characters as it is, for words with every
run of whitespace made one space, for subwords without one leading space, for features with ; between them and no space
around them. The normalization `auto` is the form in which the texts are written.

The specials are entries of the vocabulary but not "added tokens" of the library, which would find them inside
the text. So "<EOS>" written by a user is several characters, several pieces or an unknown word, never the end.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import cast

from tokenizers import Encoding, Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as Library

from recurra.errors import DataError, ModelError, UsageError
from recurra.narrowing import as_list, as_object, is_list, is_object
from recurra.options import unknown_name
from recurra.strict_json import parse_json
from recurra.text.characters import (
    ASCII,
    GRAPHEME,
    NORMALIZERS,
    SELF_CONTAINED,
    count_units,
    decide_characters,
    decide_form,
    graphemes,
    grouped,
    normalized,
)
from recurra.text.counted import counted
from recurra.text.forms import forms
from recurra.text.names import (
    CHARACTER_NAMES,
    NORMALIZATIONS,
    UNITS,
    Normalization,
    Units,
    are_characters,
    vocabulary_limit,
)
from recurra.text.special import PAD, SPECIAL_TOKENS, UNK
from recurra.text.visible import as_given

VOCABULARY = 8000  # the usual limit of a vocabulary
SPACE = "▁"
# Inside subwords a "▁" of the text itself is this noncharacter, which no text has; the other one is in no vocabulary.
_SIGN, _NEVER = "\ufdd0", "\ufdd1"
_ESCAPED = str.maketrans({SPACE: _SIGN, _SIGN: _NEVER})
JOIN = {"words": " ", "features": ";"}  # what decoding puts between whole entries
PARTS = ("codepoints", "decomposed")  # units of which a character may be several
_NAMES = "|".join(name.strip("<>") for name in SPECIAL_TOKENS)
# A whole word that is spelt like a special symbol.
_WORD_LIKE_SPECIAL = rf"(?<!\P{{White_Space}})<(?:{_NAMES})>(?!\P{{White_Space}})"
# What stands between features, and the space around them.
_BETWEEN_FEATURES = r"\s*[;,|]\s*|\A\s+|\s+\z"
_FEATURE_LIKE_SPECIAL = rf"(?<![^;,|\s])<(?:{_NAMES})>(?![^;,|\s])"
# The first letter of such a spelling anywhere: cut off, so that no merge can ever build the whole of it.
_START_LIKE_SPECIAL = rf"<(?=(?:{_NAMES})>)"
_CODE_POINT = r"(?m:.)"
_REPEATS_AT_ONCE = 4096
MOST_ENTRIES = 500_000  # of a vocabulary


class Tokenizer:
    """A vocabulary and the rule by which text is cut into its entries. Made by `build`, `of_words` or `from_json`.

    Args:
        by_forms: a word that is no entry is read as another form of it that is one (forms.py).
    """

    def __init__(
        self,
        library: Library,
        units: Units,
        normalization: Normalization,
        notes: Sequence[str] = (),
        *,
        by_forms: bool = False,
    ) -> None:
        self.units: Units = units
        self.normalization: Normalization = normalization
        self.notes = list(notes)  # what was decided by looking at its texts, in sentences; nothing of a stored one
        self._library = library
        self._alone = _alone(units, normalization)
        self._by_forms = by_forms
        self._ids: dict[str, int] = library.get_vocab() if self._alone or by_forms else {}

    @classmethod
    def build(
        cls,
        lines: Iterable[str],
        units: str,
        vocabulary: int | None = None,
        min_count: int = 1,
        normalization: str = "NFC",
    ) -> Tokenizer:
        """Learn a vocabulary from text, read once.

        Args:
            lines: the text; nothing of it is kept but counts of different pieces (for subwords: of words).
            units: "words", "subwords", "features", a kind of characters, or "chars", which chooses one of these.
            vocabulary: the most entries there may be, the four specials included. The most frequent units are
                kept, ties broken by the unit itself. None: 20,000 of characters, 8,000 of other units.
            min_count: what is seen less often becomes <UNK>.
            normalization: "NFC", "NFD" or "none", applied to every text before it is cut; "auto" is the form in which
                these texts are written.

        Raises:
            UsageError: an unknown name, or a vocabulary too small to hold anything.
            DataError: a line with a lone surrogate, which no encoding can write.
        """
        _check_names(units, normalization)
        room = vocabulary_limit(vocabulary, units, VOCABULARY) - len(SPECIAL_TOKENS)
        if room < 1:
            raise UsageError(f"a vocabulary of {vocabulary} holds nothing but the four special symbols")
        if vocabulary is not None and vocabulary > MOST_ENTRIES:
            raise UsageError(f"a vocabulary has at most {MOST_ENTRIES:,} entries, got {vocabulary:,}")
        if min_count < 1:
            raise UsageError(f"min_count must be at least 1, got {min_count}")
        pieces = _count_pieces(_encodable(lines), units)
        notes: list[str] = []
        if normalization == "auto":
            form = decide_form(pieces, normal=units == "decomposed")
            normalization = form.form
            notes += [form.note] if form.note else []
        if units == "chars":
            decision = decide_characters(pieces, normalization)
            units = decision.units
            notes += [f"characters are {CHARACTER_NAMES[units]}, because {decision.reason}"] if decision.reason else []
        library = _pipeline(units, normalization)
        library.model = (
            _learn_subwords(library, pieces, room, min_count)
            if units == "subwords"
            else _learn_whole(_normal_pieces(pieces, library, units, normalization), room, min_count)
        )
        return cls(library, *_read_names(json.loads(library.to_str())), notes)

    @classmethod
    def of_words(cls, words: Sequence[str], normalization: str) -> Tokenizer:
        """A tokenizer with these words, in this order behind the specials; other words are read by their forms.

        Args:
            words: each once, normalized, without spaces and none that is spelt like a special symbol.
        """
        library = _pipeline("words", normalization)
        library.model = models.WordLevel(_with_specials(words), unk_token=SPECIAL_TOKENS[UNK])
        return Tokenizer(library, *_read_names(json.loads(library.to_str())), by_forms=True)

    def reading_forms(self) -> Tokenizer:
        """The same, which reads a word that is no entry as another form of it that is one."""
        return Tokenizer(self._library, self.units, self.normalization, self.notes, by_forms=True)

    @property
    def size(self) -> int:
        """How many entries the vocabulary has, the specials included."""
        return self._library.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without <GO> and <EOS>; <UNK> for what is not in the vocabulary."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of many texts: looked up here where letters stand alone, else by the library's own threads."""
        if self._alone is None:
            return self._library_ids(texts)
        find, ids = self._alone.fullmatch, self._ids
        found = [[ids.get(letter, UNK) for letter in text] if find(text) else None for text in texts]
        others = iter(self._library_ids([text for text, done in zip(texts, found, strict=True) if done is None]))
        return [next(others) if done is None else done for done in found]

    def tokens(self, text: str) -> list[str]:
        """The pieces of a text, one for each id of `encode`; unknown ones as they stand in the text."""
        return [piece for piece, _ in self._pieces(text)]

    def characters(self, text: str) -> list[tuple[str, int]]:
        """The text as a reader sees it, and how many ids each of its characters (or other units) is."""
        return self._seen(self.tokens(text))

    def written_characters(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        """The same of ids; the specials among them are shown by their names."""
        seen: list[tuple[str, int]] = []
        for special, some in groupby(map(int, ids), key=lambda id: id < len(SPECIAL_TOKENS)):
            tokens = [self.token(id) for id in some]
            seen += [(token, 1) for token in tokens] if special else self._seen(tokens)
        return seen

    def _seen(self, tokens: Sequence[str]) -> list[tuple[str, int]]:
        if self.units in PARTS:
            return grouped(tokens, self.normalization)
        return [(token, 1) for token in tokens]

    def joined(self, pieces: Sequence[str]) -> str:
        """The text of pieces: the way back from `tokens`."""
        return self._joined(list(pieces))

    def unknown_tokens(self, text: str) -> list[str]:
        """The pieces of a text that are not in the vocabulary, in order and with repetitions."""
        return [piece for piece, id in self._pieces(text) if id == UNK]

    def token(self, id: int) -> str:
        """The entry with this id.

        Raises:
            IndexError: there is no such id.
        """
        found = self._library.id_to_token(id) if id >= 0 else None
        if found is None:
            raise IndexError(f"id {id} is outside a vocabulary of {self.size}")
        return found

    def id(self, token: str) -> int:
        """The id of an entry, specials included; UNK when there is none."""
        found = self._library.token_to_id(token)
        return UNK if found is None else found

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids. Specials are left out, <UNK> as well."""
        known = [int(id) for id in ids if id >= len(SPECIAL_TOKENS)]
        if self.units == "features":
            return self._joined([self.token(id) for id in known])
        return self._composed(self._library.decode(known, skip_special_tokens=False))

    def decode_with(self, ids: Sequence[int], replaced: Mapping[int, str]) -> str:
        """The text of ids, of which those at the given places stand for other pieces (copied from a source)."""
        places = [at for at, id in enumerate(ids) if at in replaced or id >= len(SPECIAL_TOKENS)]
        return self._joined([replaced[at] if at in replaced else self.token(int(ids[at])) for at in places])

    def _joined(self, pieces: list[str]) -> str:
        decoder: decoders.Decoder | None = self._library.decoder
        return self._composed(decoder.decode(pieces) if decoder else JOIN[self.units].join(pieces))

    def _composed(self, text: str) -> str:
        """Text in its normal form, where its units are parts, in whatever order they came; a "▁" that was escaped."""
        if self.units == "subwords":
            return text.replace(_SIGN, SPACE)
        return normalized(text, self.normalization) if self.units in PARTS else text

    def to_json(self) -> str:
        """Everything there is, as the JSON text of the `tokenizers` library."""
        return self._library.to_str()

    @classmethod
    def from_json(cls, text: str) -> Tokenizer:
        """The tokenizer that `to_json` wrote.

        Raises:
            ModelError: the text is not such a tokenizer.
        """
        try:
            content = parse_json(text)
        except ValueError as error:
            raise _no_tokenizer(str(error)) from error
        units, normalization = _read_names(content)
        library = _pipeline(units, normalization)
        library.model = _stored_model(as_object(as_object(content).get("model")), units)
        if not _agree(_without_entries(content), _without_entries(json.loads(library.to_str()))):
            raise _no_tokenizer("it cuts text in another way than recurra does")
        return cls(library, units, normalization)

    def _library_ids(self, texts: Sequence[str]) -> list[list[int]]:
        rows: list[list[int]] = [one.ids for one in self._encodings(texts, offsets=False)] if texts else []
        if not self._by_forms:
            return rows
        pairs = zip(texts, rows, strict=True)
        return [[id for _, id in self._pieces(text)] if UNK in ids else ids for text, ids in pairs]

    def _by_form(self, piece: str) -> int:
        """The id of the first form of a piece that is an entry; UNK where none is."""
        ids = (self._ids.get(form, UNK) for form in forms(piece)) if self._by_forms else ()
        return next((id for id in ids if id >= len(SPECIAL_TOKENS)), UNK)

    def _encodings(self, texts: Sequence[str], *, offsets: bool) -> list[Encoding]:
        if self.units == "subwords":
            texts = [text.translate(_ESCAPED) for text in texts]
        run = self._library.encode_batch if offsets else self._library.encode_batch_fast
        try:
            return run(list(texts), add_special_tokens=False)
        except TypeError:
            for text in texts:
                _check_encodable(text)
            raise

    def _pieces(self, text: str) -> list[tuple[str, int]]:
        """The pieces as they stand in the normalized text, and their ids."""
        _check_encodable(text)
        plain = text
        for form in _normal_forms(self.units, self.normalization):
            plain = normalized(plain, form)
        encoding = self._encodings([plain], offsets=True)[0]
        if self.units == "subwords":
            stand = [plain[start:end] for start, end in encoding.offsets]
        else:
            cutter: pre_tokenizers.PreTokenizer = self._library.pre_tokenizer
            stand = [piece for piece, _ in cutter.pre_tokenize_str(plain)]
        named = zip(encoding.ids, encoding.tokens, stand, strict=True)
        return [(there, self._by_form(there)) if id == UNK else (token, id) for id, token, there in named]


# The parts of the library's pipeline: one table each, read in both directions.

_SHAPES: dict[tuple[str, str | None, str | None], Units] = {
    ("WordLevel", "Split", GRAPHEME): "graphemes",
    ("WordLevel", "Split", _CODE_POINT): "codepoints",
    ("WordLevel", "WhitespaceSplit", None): "words",
    ("BPE", "Sequence", None): "subwords",
    ("WordLevel", "Sequence", None): "features",
}


def _normal_forms(units: str, normalization: str) -> list[str]:
    """The normal forms that text goes through: decomposed text that is written as NFC goes through that first."""
    if normalization == "none":
        return []
    return [normalization, "NFD"] if units == "decomposed" and normalization != "NFD" else [normalization]


def _pipeline(units: str, normalization: str) -> Library:
    """A library tokenizer with an empty model."""
    steps = [NORMALIZERS[form]() for form in _normal_forms(units, normalization)]
    if units == "subwords":
        library = Library(models.BPE())
        space = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always", split=True)
        cut = pre_tokenizers.Split(Regex(_START_LIKE_SPECIAL), "isolated")
        pre_tokenizer, decoder = pre_tokenizers.Sequence([space, cut]), decoders.Metaspace(replacement=SPACE)
    elif units == "words":
        library = Library(models.WordLevel())
        steps.append(normalizers.Replace(Regex(_WORD_LIKE_SPECIAL), SPECIAL_TOKENS[UNK]))
        pre_tokenizer, decoder = pre_tokenizers.WhitespaceSplit(), None
    elif units == "features":
        library = Library(models.WordLevel())
        steps.append(normalizers.Replace(Regex(_FEATURE_LIKE_SPECIAL), SPECIAL_TOKENS[UNK]))
        cut = pre_tokenizers.Split(Regex(_BETWEEN_FEATURES), "removed")
        pre_tokenizer, decoder = pre_tokenizers.Sequence([cut]), None
    else:
        library = Library(models.WordLevel())
        pattern = GRAPHEME if units == "graphemes" else _CODE_POINT
        pre_tokenizer, decoder = pre_tokenizers.Split(Regex(pattern), "isolated"), decoders.Fuse()
    library.normalizer = normalizers.Sequence(steps) if steps else None
    library.pre_tokenizer = pre_tokenizer
    if decoder is not None:
        library.decoder = decoder
    return library


def _alone(units: str, normalization: str) -> re.Pattern[str] | None:
    """What a text of nothing but self-contained characters matches, for the units where that is a short cut."""
    if not are_characters(units):
        return None
    return ASCII if normalization == "NFD" or units == "decomposed" else SELF_CONTAINED


def count_words(lines: Iterable[str], normalization: str) -> Counter[str]:
    """How often each word stands in texts, as a tokenizer of words reads them."""
    pieces = _count_pieces(_encodable(lines), "words")
    return _normal_pieces(pieces, _pipeline("words", normalization), "words", normalization)


def _count_pieces(lines: Iterator[str], units: str) -> Counter[str]:
    """How often each piece stands in the texts as they are written: grapheme clusters, words, or features."""
    counts: Counter[str] = Counter()
    cutter: pre_tokenizers.PreTokenizer = _pipeline(units, "none").pre_tokenizer
    for line in lines:
        if are_characters(units):
            counts.update(graphemes(line))
        elif units == "subwords":
            counts.update(word for word in line.translate(_ESCAPED).split(" ") if word)
        else:
            counts.update(piece for piece, _ in cutter.pre_tokenize_str(line))
    return counts


def _normal_pieces(pieces: Mapping[str, int], library: Library, units: str, form: str) -> Counter[str]:
    """The same pieces as the pipeline makes them."""
    if are_characters(units):
        return count_units(pieces, units, form)
    normalizer: normalizers.Normalizer = library.normalizer
    cutter: pre_tokenizers.PreTokenizer = library.pre_tokenizer
    counts: Counter[str] = Counter()
    for piece, count in pieces.items():
        for part, _ in cutter.pre_tokenize_str(normalizer.normalize_str(piece)):
            counts[part] += count
    return counts


def _learn_whole(counts: Counter[str], room: int, min_count: int) -> models.Model:
    """The `room` most frequent pieces, behind the specials."""
    learned = most_frequent(counts, min_count, without=SPECIAL_TOKENS)
    return models.WordLevel(_with_specials(learned[:room]), unk_token=SPECIAL_TOKENS[UNK])


def most_frequent(counts: Mapping[str, int], min_count: int, without: Sequence[str]) -> list[str]:
    """The most frequent first; equally frequent ones by themselves, so that the order is always the same."""
    kept = [token for token, count in counts.items() if count >= min_count and token not in without]
    return sorted(kept, key=lambda token: (-counts[token], token))


def _learn_subwords(library: Library, words: Counter[str], room: int, min_count: int) -> models.Model:
    """The alphabet, then merges of pairs that occur at least twice, until `room` is full."""
    alphabet = _alphabet(library, words, room, min_count)
    trainer = trainers.BpeTrainer(
        vocab_size=room,
        min_frequency=max(2, min_count),
        special_tokens=[],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    library.train_from_iterator(_repeated(words), trainer)
    model = json.loads(library.to_str())["model"]
    vocab: dict[str, int] = model["vocab"]
    merges = [(left, right) for left, right in model["merges"]]
    learned = sorted(vocab, key=vocab.__getitem__)
    return models.BPE(_with_specials(learned), merges, unk_token=SPECIAL_TOKENS[UNK])


def _alphabet(library: Library, words: Counter[str], room: int, min_count: int) -> list[str]:
    """The single letters that subwords are made of.

    The library chooses too, but breaks ties at random; so the choice is made here.
    """
    normalizer: normalizers.Normalizer | None = library.normalizer
    letters: Counter[str] = Counter()
    for word, count in words.items():
        for letter in normalizer.normalize_str(word) if normalizer else word:
            letters[letter] += count
    return [SPACE, *most_frequent(letters, min_count, without=[SPACE, _NEVER])[: room - 1]]


def _repeated(words: Counter[str]) -> Iterator[str]:
    """Every word as often as it was counted: the library takes text, not counts."""
    for word in sorted(words):
        for done in range(0, words[word], _REPEATS_AT_ONCE):
            yield " ".join([word] * min(_REPEATS_AT_ONCE, words[word] - done))


def _with_specials(learned: Sequence[str]) -> dict[str, int]:
    return {token: id for id, token in enumerate([*SPECIAL_TOKENS, *learned], start=PAD)}


def _check_names(units: str, normalization: str) -> None:
    if units not in UNITS:
        raise unknown_name("units", units, UNITS)
    if normalization not in NORMALIZATIONS:
        raise unknown_name("normalization", normalization, NORMALIZATIONS)
    if units == "decomposed" and normalization == "none":
        raise UsageError(
            "decomposed units need a normal form in which they are written again, and the normalization is none",
            where="text.normalization",
            fix="Use auto, NFC or NFD, or the units codepoints.",
        )


def _read_names(content: object) -> tuple[Units, Normalization]:
    """Units and normalization, as the parts of the library's JSON show them."""
    whole = as_object(content)
    model, cut, normalizer = (as_object(whole.get(part)) for part in ("model", "pre_tokenizer", "normalizer"))
    pattern = as_object(cut.get("pattern")).get("Regex")
    units = _SHAPES.get((str(model.get("type")), str(cut.get("type")), None if pattern is None else str(pattern)))
    if units is None:
        raise _no_tokenizer(
            f"one of another program: model {as_given(model.get('type'), 40)}, cut by {as_given(cut.get('type'), 40)}"
        )
    listed = normalizer.get("normalizers")
    steps = as_list(listed)
    forms = [name for name in (str(as_object(step).get("type")) for step in steps) if name in NORMALIZERS]
    if units == "codepoints" and forms[-1:] == ["NFD"]:
        units = "decomposed"
    return units, cast("Normalization", forms[0] if forms else "none")


def _without_entries(content: object) -> dict[str, object]:
    """The library's JSON without what is learned: what is left follows from units and normalization."""
    whole = as_object(content)
    return {**whole, "model": {**as_object(whole.get("model")), "vocab": None, "merges": None}}


def _stored_model(found: Mapping[str, object], units: Units) -> models.Model:
    """The model of the library's JSON, after a look at all of it: the library itself breaks off at what does not fit.

    Raises:
        ModelError: the entries are no vocabulary of recurra, or the merges are not made of them.
    """
    vocab = cast("dict[str, int]", as_object(found.get("vocab")))
    if len(vocab) > MOST_ENTRIES:
        raise _no_tokenizer(f"{counted(len(vocab), 'entry')}, more than the {MOST_ENTRIES:,} that are read")
    if not all(type(id) is int for id in vocab.values()) or set(vocab.values()) != set(range(len(vocab))):
        raise _no_tokenizer(f"it has {counted(len(vocab), 'entry')}, whose ids are not 0 to {len(vocab) - 1:,}")
    first = tuple(sorted(vocab, key=vocab.__getitem__)[: len(SPECIAL_TOKENS)])
    if first != SPECIAL_TOKENS:
        raise _no_tokenizer(f"it begins with {as_given(' '.join(first))}, not with {' '.join(SPECIAL_TOKENS)}")
    if units != "subwords":
        return models.WordLevel(vocab, unk_token=SPECIAL_TOKENS[UNK])
    return models.BPE(vocab, _stored_merges(found.get("merges"), vocab), unk_token=SPECIAL_TOKENS[UNK])


def _stored_merges(found: object, vocab: Mapping[str, int]) -> list[tuple[str, str]]:
    merges: list[tuple[str, str]] = []
    for pair in found if is_list(found) else [None]:
        match pair:
            case [str(left), str(right)] if left in vocab and right in vocab and left + right in vocab:
                merges.append((left, right))
            case _:
                raise _no_tokenizer(f"expected merges of two entries to a third, saw {as_given(pair)}")
    return merges


def _agree(one: object, other: object) -> bool:
    """Whether two values of JSON say the same: versions of the library differ in which empty values they write."""
    if is_object(one) and is_object(other):
        return all(_agree(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if is_list(one) and is_list(other):
        return len(one) == len(other) and all(map(_agree, one, other))
    return one == other or not (one or other)


def _no_tokenizer(why: str) -> ModelError:
    return ModelError(f"this is not a tokenizer of recurra: {why}", fix="Copy the model folder again.")


def _encodable(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        _check_encodable(line)
        yield line


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise DataError(
            f"U+{code:04X} at character {error.start + 1} is half of a character (a lone surrogate)",
            fix="Write the whole character, or leave it out.",
        ) from None
