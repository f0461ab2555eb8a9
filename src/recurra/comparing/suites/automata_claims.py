"""What is known of which recurrence: what a problem needs, and whether a cell has it.

A claim is about what one layer can express with numbers of finite precision, at every length. It says nothing of
whether gradient descent finds it. Sources: a paper that proves or shows it; "argument" where it follows from the
equations as the reason says.

    latch     one symbol is kept for ever, whatever follows (star-free languages)
    turn      states that are permuted: every symbol changes every state, and none can be forgotten (groups)
    count     numbers without a bound are compared
    stack     what was opened last, at any depth
    recall    all of the input, in any order
"""

from __future__ import annotations

from recurra.comparing.suites.suite import Claim, Network, Problem

BOUNDED = ("elman-tanh", "elman-sigmoid", "gru")  # U, and a state between fixed bounds
COUNTING = ("elman-relu", "lstm")  # U, and a state that can grow by the same amount at every step
WEIGHING = ("slstm",)  # U, and a mean whose weight can grow
LINEAR = ("mingru", "minlstm")  # no U: gates of the input alone, all of them above 0

MERRILL = "Merrill et al. 2020, A Formal Hierarchy of RNN Architectures"
WEISS = "Weiss, Goldberg and Yahav 2018, On the Practical Computational Power of Finite Precision RNNs"
SARROF = "Sarrof, Veitsman and Hahn 2024, The Expressive Capacity of State Space Models"
GRAZZI = "Grazzi et al. 2024, Unlocking State-Tracking in Linear RNNs Through Negative Eigenvalues"
XLSTM = "Beck et al. 2024, xLSTM: Extended Long Short-Term Memory"
CHO = "Cho et al. 2014, On the Properties of Neural Machine Translation"
BAHDANAU = "Bahdanau, Cho and Bengio 2015, Neural Machine Translation by Jointly Learning to Align and Translate"
ARGUMENT = "argument"

AUTOMATON = "U and the nonlinearity make any finite automaton: the next state follows from the state and the symbol"
CLAIMS: dict[tuple[str, tuple[str, ...]], Claim] = {
    ("latch", BOUNDED + COUNTING): Claim(True, AUTOMATON, MERRILL),
    ("latch", WEIGHING): Claim(True, AUTOMATON, XLSTM),
    ("latch", LINEAR): Claim(
        False,
        "the gates of one layer do not know that a symbol is the first: what writes it writes every later one as well; "
        "a second layer does know",
        SARROF,
    ),
    ("turn", BOUNDED + COUNTING): Claim(True, AUTOMATON, MERRILL),
    ("turn", WEIGHING): Claim(True, AUTOMATON, XLSTM),
    ("turn", LINEAR): Claim(
        False,
        "a state is multiplied by numbers above 0: it is kept or it fades, but it never changes sides; no number of "
        "layers helps",
        f"{SARROF}; {GRAZZI}",
    ),
    ("count", BOUNDED): Claim(False, "the state has bounds, so that only so many counts can be told apart", WEISS),
    ("count", COUNTING): Claim(True, "an entry of the state grows and falls by 1, without a bound", WEISS),
    ("count", WEIGHING): Claim(
        True,
        "with both gates at 1, c_t is the difference of two counts divided by their sum: 0 where they agree",
        ARGUMENT,
    ),
    ("count", LINEAR): Claim(
        False, "the state is a mean with weights that fade: what is added is taken away from what was there", ARGUMENT
    ),
    ("stack", BOUNDED): Claim(False, "a state between bounds holds so many brackets and no more", MERRILL),
    ("stack", COUNTING): Claim(False, "counters tell how many are open, not in which order", MERRILL),
    ("stack", WEIGHING): Claim(False, "a mean tells how many are open, not in which order", ARGUMENT),
    ("stack", LINEAR): Claim(False, "the gates do not know how many are open", ARGUMENT),
    ("recall", BOUNDED + COUNTING + WEIGHING + LINEAR): Claim(
        False, "all of the text has to go through one vector, which holds so many letters and no more", CHO
    ),
}  # fmt: skip

# What attention changes. Of a problem with one answer it takes a weighted mean of all states, in place of the last one.
WITH_U = BOUNDED + COUNTING + WEIGHING
CHANGES = "where the last step ended is the sum of what every step changed, and a state can show what its step changed"
ATTENDED: dict[tuple[str, tuple[str, ...]], Claim] = {
    ("latch", WITH_U): Claim(True, CHANGES, ARGUMENT),
    ("turn", WITH_U): Claim(True, CHANGES, ARGUMENT),
    ("count", COUNTING + WEIGHING): Claim(
        True, "that the counts agree shows in one state alone, which attention can pick out", ARGUMENT
    ),
    ("recall", COUNTING + WEIGHING): Claim(
        True, "the decoder returns to the source, and finds each letter by a count in the states of both", BAHDANAU
    ),
    ("recall", BOUNDED + LINEAR): Claim(
        False, "the decoder returns to the source, but states between bounds tell only so many places apart", ARGUMENT
    ),
}


def claim(problem: Problem, network: Network) -> Claim:
    """What is known of this network and this problem: attention changes what ATTENDED says, and nothing else."""
    return next(
        one
        for table in ((ATTENDED, CLAIMS) if network.attention else (CLAIMS,))
        for (needs, cells), one in table.items()
        if needs == problem.needs and network.cell in cells
    )
