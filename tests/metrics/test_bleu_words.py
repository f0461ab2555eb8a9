"""What a word is for BLEU, and texts of which it says nothing."""

from __future__ import annotations

import pytest
import sacrebleu

from recurra.metrics import BLEU_WORDS, bleu, bleu_words, too_short_for_bleu

TEXTS = {
    "13a": ["a man in a blue shirt is standing on a ladder", "ein Mann in einem blauen Hemd steht auf einer Leiter"],
    "zh": ["猫在房子里睡觉。", "狗在院子里跑步，很快。"],
    "char": ["猫が家の中で寝ています。", "แมวนอนหลับอยู่ในบ้าน"],
}
SPACED = ["고양이가 집에서 자고 있다", "القطة تنام في البيت", "बिल्ली घर में सो रही है", "хлопець стоїть на драбині"]


@pytest.mark.parametrize("words", TEXTS)
def test_scripts_without_spaces_are_cut_into_characters(words: str) -> None:
    for text in TEXTS[words]:
        assert bleu_words([text]) == words


@pytest.mark.parametrize("text", [*SPACED, "dichlorodiphenyltrichloroethane", "", "12.5.2020", "d e t a", "!?"])
def test_others_are_cut_at_their_spaces(text: str) -> None:
    assert bleu_words([text]) == "13a"


def test_most_texts_of_fewer_than_four_words_are_too_short() -> None:
    assert too_short_for_bleu(["three hundred", "five", "six of one today"], "13a")
    assert not too_short_for_bleu(["a b c d", "five", "six of one today"], "13a")
    assert too_short_for_bleu(["猫在房子里睡觉"], "13a")
    assert not too_short_for_bleu(["猫在房子里睡觉"], "zh")


@pytest.mark.parametrize("words", BLEU_WORDS)
def test_it_is_the_bleu_of_sacrebleu_with_its_signature(words: str) -> None:
    predictions, references = ["猫在房子里睡觉 now", "a b c d, e"], ["猫在房子里唱歌 now", "a b c d e"]
    found = bleu(predictions, references, words=words)
    assert found.value == sacrebleu.corpus_bleu(predictions, [references], tokenize=words).score
    assert f"tok:{words}" in str(found.signature)
