"""Examples of the languages and functions of the suite `automata`.

Each takes the dice and a number of units, and gives a text of so many units, or of a few fewer where there is none of
so many, and what is wanted. Labels are evenly spread wherever the language allows it.
"""

from __future__ import annotations

from random import Random

from recurra.comparing.suites.suite import Pair

MODULUS = 5  # of cycle navigation
SMALL = 3  # of modular arithmetic
CLOSING = {"(": ")", "[": "]"}
KINDS = {"(": "round", "[": "square"}
OFF = (-2, -1, 1, 2)  # by how much a wrong count is off


def parity(dice: Random, units: int) -> Pair:
    """Whether the number of bs is odd: abba -> even."""
    text = letters(dice, "ab", units)
    return text, ("even", "odd")[text.count("b") % 2]


def even_pairs(dice: Random, units: int) -> Pair:
    """Whether the number of ab and ba in it is even, which is whether the first letter is the last."""
    text = letters(dice, "ab", units)
    return text, "even" if text[0] == text[-1] else "odd"


def cycle_navigation(dice: Random, units: int) -> Pair:
    """Where on a cycle of five places steps forward, backward and on the spot lead."""
    text = letters(dice, "+-0", units)
    return text, str((text.count("+") - text.count("-")) % MODULUS)


def modular_arithmetic(dice: Random, units: int) -> Pair:
    """The value modulo 3 of numbers with +, - and * between, products first: 2-1*2 -> 0."""
    terms = (units + 1) // 2
    numbers = [dice.randrange(SMALL) for _ in range(terms)]
    signs = [dice.choice("+-*") for _ in range(terms - 1)]
    text = str(numbers[0]) + "".join(f"{sign}{number}" for sign, number in zip(signs, numbers[1:], strict=True))
    total, term = 0, numbers[0]
    for sign, number in zip(signs, numbers[1:], strict=True):
        if sign == "*":
            term = term * number % SMALL
        else:
            total, term = total + term, number if sign == "+" else -number
    return text, str((total + term) % SMALL)


def counters(dice: Random, units: int) -> Pair:
    """Whether a text of as, bs and cs, in this order, has as many of each: aabbcc -> yes, aabbbc -> no."""
    each = max(1, units // 3)
    if dice.random() < 0.5:
        return "a" * each + "b" * each + "c" * each, "yes"
    first, second = dice.sample("abc", 2)
    off = dice.choice([k for k in OFF if each + k >= 1 and each - k >= 1] or [1])
    counts = dict.fromkeys("abc", each) | {first: each + off, second: max(1, each - off)}
    return "".join(letter * count for letter, count in counts.items()), "no"


def dyck_2(dice: Random, units: int) -> Pair:
    """Which of two kinds of brackets has to be closed next: ([]( -> round.

    As many as there are units for are opened first, here and there one that is closed at once; then any number of them
    is closed. So the one that is asked about may lie below any number of others. Where each step is drawn by itself it
    is nearly always one of the last few, which need no stack.
    """
    closed = dice.randint(0, (units - 1) // 2)
    opened, text = list[str](), ""
    while len(text) < units - closed:
        kind = dice.choice("([")
        left = units - closed - len(text) - 2  # after both of a pair
        at_once = dice.random() < 0.25 and left >= 0 and len(opened) + left > closed
        text += kind + CLOSING[kind] * at_once
        opened += [] if at_once else [kind]
    text += "".join(CLOSING[opened.pop()] for _ in range(closed))
    return text, KINDS[opened[-1]]


def reverse(dice: Random, units: int) -> Pair:
    """The same text from its end to its beginning."""
    text = letters(dice, "ab", units)
    return text, text[::-1]


def letters(dice: Random, alphabet: str, units: int) -> str:
    """So many letters, each as probable as any other."""
    return "".join(dice.choices(alphabet, k=units))
