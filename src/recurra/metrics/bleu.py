"""BLEU through sacreBLEU: cased, on detokenized text, which it cuts into words itself.

    13a     at white space and punctuation, as mteval-v13a: what published figures have for most languages
    intl    likewise, with the punctuation of all scripts
    zh      every Chinese character is a word, the rest as 13a
    char    every character is a word

BLEU counts runs of up to four words. Where outputs have fewer, it is 0 or hangs on a few of them, and says nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import Literal, get_args

from recurra.metrics.measure import Measure
from recurra.metrics.ngram_corpus import measured

BleuWords = Literal["13a", "intl", "zh", "char"]
BLEU_WORDS: tuple[str, ...] = get_args(BleuWords)

ORDER = 4  # words of the longest run that is counted
SAMPLE = 2000  # references that are looked at
KANA = ("HIRAGANA", "KATAKANA")
CHINESE = 0.9  # of the letters, where the script is Chinese; Japanese has kana among them
# Letters of other scripts without case between two spaces, on average: what is longer is no word, but text without any.
UNSPACED = 8.0


def bleu(predictions: Sequence[str], *references: Sequence[str | None], words: str = "13a") -> Measure:
    """Corpus BLEU, equal to `sacrebleu.corpus_bleu`. See `looks_tokenized` before comparing it with others.

    Args:
        references: as many streams as there are; None where an output has no further one.
        words: what a word is, one of BLEU_WORDS.

    Examples:
        >>> bleu(["the cat sat down"], ["the cat sat down"]).signature
        'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:...'
    """
    from sacrebleu.metrics.bleu import BLEU  # takes longer to import than all of recurra.metrics

    # force: sacreBLEU's own warning of tokenized text is left to looks_tokenized.
    metric = BLEU(tokenize=words, force=True)
    return measured(
        metric, predictions, references, f"corpus BLEU (n-grams up to {ORDER}), cased, tokenized by {words}"
    )


def bleu_words(references: Sequence[str]) -> BleuWords:
    """What words are where nobody says so: of scripts that put no spaces between them, the characters."""
    text = " ".join(islice(references, SAMPLE))
    letters = [unicodedata.name(letter, "") for letter in text if unicodedata.category(letter) == "Lo"]
    chinese = sum(name.startswith("CJK") for name in letters)
    east = chinese + sum(name.startswith(KANA) for name in letters)
    unspaced = 2 * east > len(letters) or len(letters) > UNSPACED * len(text.split())
    if not unspaced or 2 * len(letters) <= sum(map(str.isalpha, text)):
        return "13a"
    return "zh" if chinese > CHINESE * len(letters) else "char"


def too_short_for_bleu(references: Sequence[str], words: str) -> bool:
    """Whether most of the references have no run of four words."""
    from sacrebleu.metrics.bleu import BLEU

    cut = BLEU(tokenize=words, force=True).tokenizer
    looked_at = references[:SAMPLE]
    return 2 * sum(len(str(cut(text)).split()) < ORDER for text in looked_at) > len(looked_at)
