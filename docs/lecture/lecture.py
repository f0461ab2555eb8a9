# The lecture. `make lecture` runs these cells and keeps them as lecture.ipynb.
# %% [markdown]
# # The lecture
#
# How does a network read a sentence, remember it, and write another one? This notebook
# goes the whole way: from one recurrent cell to a deep encoder-decoder with attention.
# Nothing is assumed but some Python and a little algebra.
#
# Every picture and every number below was made by the code above it. All networks are
# tiny and learn in seconds, so you can run everything on a laptop, change something,
# and see what happens.

# %%
import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import torch

import recurra
from recurra.views import Charts, Line, Panel

folder = Path(tempfile.mkdtemp())  # the trained models go here
dice = random.Random(1)
torch.manual_seed(1)


def train(name, examples, task, epochs, **more):
    """A tiny network of one layer, trained for some seconds."""
    settings = {
        "model.size": "tiny",
        "model.layers": 1,
        "model.dropout": 0.0,
        "training.learning_rate": 0.01,
        "training.validations": 3,
        **{key.replace("__", "."): value for key, value in more.items()},
    }
    return recurra.train(
        examples,
        task=task,
        to=folder / name,
        epochs=epochs,
        settings=settings,
        progress=False,
    )


def chart(label, lines, x, x_label, rules=()):
    """Lines by name, over a common axis."""
    drawn = [
        Line(name, list(x), [float(number) for number in y], marked=len(x) < 20)
        for name, y in lines.items()
    ]
    return Charts([Panel(label, drawn, rules=rules)], x_label)


# %% [markdown]
# ## Regular and recurrent networks
#
# A regular (feed-forward) network takes a vector, multiplies it by weights, applies a
# nonlinear function, and is done. It has no memory: what it saw a moment ago is gone. A
# recurrent network reads step by step, and hands itself a note from each step to the
# next. That note is its *state*.
#
# Here is a regular network, as recurra draws it. Data flow upwards.

# %%
recurra.draw("classify", settings={"model.kind": "feedforward"})

# %% [markdown]
# And here is a recurrent one. The arrow from the layer to itself is the state.

# %%
recurra.draw("lm", settings={"model.cell": "elman", "model.layers": 1})

# %% [markdown]
# Does memory matter? Look at these two reviews:
#
# > I would **never** buy this kettle again. It **clearly** failed after a week.
# >
# > I would **clearly** buy this kettle again. It **never** failed after a week.
#
# They consist of the same words, and say the opposite. Whoever only counts words cannot
# tell them apart. We make some hundred pairs of this kind.

# %%
WISHES = [
    "I would {} buy this {} again .",
    "I will {} choose this {} again .",
    "We {} liked this {} .",
]
FAULTS = ["It {} failed after {} .", "It {} broke within {} .", "It {} leaked for {} ."]
THINGS = "kettle lamp radio chair printer drill tent clock phone oven".split()
TIMES = ["a week", "a month", "a year", "two days"]


def pair_of_reviews():
    """Two reviews of the same words, and what each says."""
    wish, fault = dice.choice(WISHES), dice.choice(FAULTS)
    thing, time = dice.choice(THINGS), dice.choice(TIMES)
    wish_first = dice.random() < 0.5

    def review(first, second):
        sentences = [wish.format(first, thing), fault.format(second, time)]
        return " ".join(sentences if wish_first else sentences[::-1])

    return [(review("never", "clearly"), "bad"), (review("clearly", "never"), "good")]


reviews = [review for _ in range(400) for review in pair_of_reviews()]
new_reviews = [review for _ in range(100) for review in pair_of_reviews()]
for text, label in reviews[:2]:
    print(f"{label:5} {text}")

# %% [markdown]
# Two networks learn from them: a feed-forward one, which gets the mean of the word
# vectors (a "bag of words"), and a recurrent one, which reads word by word.

# %%
bag = train(
    "bag", reviews, "classify", 6, text__units="words", model__kind="feedforward"
)
reader = train("reader", reviews, "classify", 6, text__units="words", model__kind="rnn")

right = {
    name: model.score(new_reviews)
    for name, model in [("bag of words", bag), ("recurrent", reader)]
}
for name, share in right.items():
    print(f"{name:13} {share:.0%} of the new reviews are right")

# The same answer to both of a pair: one of them is wrong, always.
assert right["bag of words"] == 0.5
assert right["recurrent"] > 0.9

# %% [markdown]
# The bag is right in exactly half of the cases, however long it learns: it gives both
# of a pair the same answer. The recurrent network tells them apart.
#
# What does its answer rest on? `explain` gives each word a number: above 0 it speaks
# for the answer, below 0 against it.

# %%
reader.explain("I would never buy this kettle again . It clearly failed after a week .")

# %% [markdown]
# ## The recurrent cell
#
# What happens in one step? The simplest recurrent network (Elman 1990) computes
#
# $$h_t = s(W x_t + U h_{t-1} + b_h) \qquad y_t = V h_t + b_y$$
#
# $x_t$ is the input at step $t$, a vector of $d$ numbers. $h_t$ is the state, $p$
# numbers: the memory. $y_t$ is the output. $W$ ($p$ x $d$), $U$ ($p$ x $p$) and $V$ are
# matrices of weights, and the $b$ are biases; these are what is learned. $s$ is a
# nonlinear function. The same weights are used at every step.

# %%
recurra.draw("elman")

# %% [markdown]
# $s$ is one of three: the sigmoid squeezes every number into 0 to 1, tanh into -1 to 1,
# ReLU cuts off what is below 0.

# %%
inputs = torch.linspace(-4, 4, 81)
functions = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}
chart(
    "s(a)",
    {name: s(inputs).clamp(max=2) for name, s in functions.items()},
    inputs.tolist(),
    "a (ReLU goes on rising)",
)

# %% [markdown]
# Let us take a cell that reads 2 numbers and keeps 3: $W$ is 3 x 2 and $U$ is 3 x 3.
# Its weights are random, since it has learned nothing yet.

# %%
from recurra.cells import Elman

cell = Elman(input_size=2, hidden_size=3)
W, U = cell.weight_input, cell.weight_hidden
b = cell.bias_input + cell.bias_hidden
for name, numbers in [("W", W), ("U", U), ("b", b)]:
    print(name, list(numbers.shape), "\n", numbers.detach().numpy().round(2))

# %% [markdown]
# ### One step: T = 1
#
# At the first step there is nothing to remember: $h_0 = 0$. So $U h_0$ is 0, and
# $h_1 = s(W x_1 + b_h)$. We compute it by hand, and let the cell compute it.

# %%
x1 = torch.tensor([1.0, -1.0])
by_hand = torch.tanh(W @ x1 + b)
by_cell = cell(x1[None], cell.initial_state(batch=1)).output[0]
print("by hand ", by_hand.detach().numpy().round(4))
print("the cell", by_cell.detach().numpy().round(4))

assert torch.allclose(by_hand, by_cell, atol=1e-6)

# %% [markdown]
# ### Any step: T = t
#
# From now on the state goes in too. We feed a large number at the first step, and zeros
# ever after. A network without memory would answer the same at every step from the
# second on. This one does not: the first input echoes through the state.

# %%
steps = torch.zeros(12, 2)
steps[0, 0] = 3.0
h, states = torch.zeros(3), []
for x in steps:
    h = torch.tanh(W @ x + U @ h + b)
    states.append(h)
states = torch.stack(states)  # [12, 3]

chart(
    "state",
    {f"h {k + 1}": states[:, k].detach() for k in range(3)},
    range(1, 13),
    "step t",
)

# %% [markdown]
# The loop above needs $h_{t-1}$ before it can compute $h_t$. That is why a recurrent
# network is hard to run in parallel: step 12 waits for step 11. A regular network could
# compute all twelve at once.
#
# `Recurrent` is that loop, ready-made: a layer of one cell over time.

# %%
from recurra.layers import Bidirectional, Recurrent, Stack

layer = Recurrent(cell)
outputs = layer(steps[None]).outputs.values[0]  # [12, 3]

assert torch.allclose(outputs, states, atol=1e-5)
print("the layer gives the same", len(outputs), "states as our loop")

# %% [markdown]
# ## Rolled and unrolled
#
# There are two ways to draw the same network. *Rolled*, the state is an arrow from the
# layer to itself.

# %%
recurra.draw(layer)

# %% [markdown]
# *Unrolled*, time goes from left to right, and the layer is drawn once for each step.
# It is still one layer with one set of weights.

# %%
recurra.draw(layer, unrolled=4)

# %% [markdown]
# ## Several layers
#
# A layer can read the outputs of another one: a *deep* network. Each layer has its own
# weights and its own state.

# %%
deep = Stack([Recurrent(Elman(2, 3)), Recurrent(Elman(3, 3)), Recurrent(Elman(3, 3))])
recurra.draw(deep, unrolled=4)

# %% [markdown]
# ## Both directions
#
# When a whole sentence is there, nothing forbids reading it from its end as well. One
# layer reads forwards, another one backwards, and at each step their outputs are put
# side by side. Then each step knows what comes before *and* after it.

# %%
both = Bidirectional(Recurrent(Elman(2, 3)), Recurrent(Elman(2, 3)))
recurra.draw(both, unrolled=4)

# %% [markdown]
# A test: we change the last of eight inputs only. Which outputs change?

# %%
series = torch.randn(1, 8, 2)
changed = series.clone()
changed[0, -1] += 1.0
ahead = Recurrent(Elman(2, 3))


def difference(network):
    """How much each of the eight outputs changes."""
    before, after = (network(x).outputs.values[0] for x in (series, changed))
    return (before - after).norm(dim=1).tolist()


one_way, two_ways = difference(ahead), difference(both)
lines = {"forwards": one_way, "both directions": two_ways}
display(chart("change of the output", lines, range(1, 9), "step t"))

assert max(one_way[:-1]) == 0.0  # the past does not know the future
assert min(two_ways) > 0.0

# %% [markdown]
# ## How a network learns
#
# Learning is four things, over and over:
#
# 1. **Forward**: feed an example through the network.
# 2. **Loss**: measure how wrong the output is, as one number $L$.
# 3. **Backward**: find out how much each weight is to blame. That is its *gradient*
#    $dL/dw$: the slope of the loss when this weight is moved. *Back-propagation*
#    computes all of them in one pass from the output back to the input.
# 4. **Update**: move each weight a little downhill, $w \leftarrow w - \eta \, dL/dw$.
#
# Is the gradient really a slope? We move a weight of our cell by a tiny bit and look at
# the loss.

# %%
bias = b.detach().double()


def loss_of(weights):
    """How far the first state is from 0.5, with these weights in the place of W."""
    state = torch.tanh(weights @ x1.double() + bias)
    return ((state - 0.5) ** 2).sum()


weights = W.detach().double().requires_grad_()
loss_of(weights).backward()  # fills weights.grad

nudge = torch.zeros_like(weights)
nudge[0, 0] = 1e-6
slope = (loss_of(weights + nudge) - loss_of(weights - nudge)) / 2e-6
print(f"by back-propagation {weights.grad[0, 0]:.6f}, by moving the weight {slope:.6f}")

assert abs(weights.grad[0, 0] - slope) < 1e-6

# %% [markdown]
# ### The learning rate
#
# $\eta$, the *learning rate*, says how far to go. Take the simplest loss there is,
# $L = (w - 3)^2$: the best $w$ is 3, and the slope is $2 (w - 3)$. We start at 0.


# %%
def descent(eta, updates=15):
    """w after each update."""
    w, path = 0.0, [0.0]
    for _ in range(updates):
        w = w - eta * 2 * (w - 3)
        path.append(w)
    return path


paths = {eta: descent(eta) for eta in (0.03, 0.3, 0.95, 1.05)}
lines = {f"rate {eta}": path for eta, path in paths.items()}
display(chart("w", lines, range(16), "update", rules=[(3.0, "the best w")]))

assert abs(paths[0.3][-1] - 3) < 0.01 < abs(paths[0.03][-1] - 3)
assert abs(paths[1.05][-1] - 3) > 3

# %% [markdown]
# Too small, and it takes forever. Too large, and it jumps over the goal, back and
# forth; larger still, and every jump is longer than the last one.
#
# A real network has thousands of weights, but the picture is the same. This is how our
# recurrent reader of reviews learned: its loss falls, while the learning rate rises a
# little at first and then falls.

# %%
recurra.curves(folder / "reader")

# %% [markdown]
# ## Vanishing and exploding gradients
#
# In a recurrent network, blame has to travel back through *time*. If the network errs
# at step 40 because of something it read at step 1, the error signal passes the cell 39
# times on its way back. By the chain rule each passage multiplies it by $U$ and by the
# slope $s'$:
#
# $$\frac{dL}{dh_k} = \frac{dL}{dh_T} \prod_{t=k+1}^{T} \mathrm{diag}(s'(a_t)) \, U$$
#
# A product of many factors rarely stays as it is. Below 1 it shrinks to nothing: the
# gradient *vanishes*, and the network cannot learn what is far back. Above 1 it grows
# without limit: the gradient *explodes*, and one update ruins all weights.
#
# We build three cells that differ in the size of $U$ alone, and measure what is left of
# the error signal at each distance.

# %%
from recurra.inside import TimedLoss, TracedRun, gradient_flow
from recurra.views import compared_panel


def flow_through(cell, name, steps=40, scale=1e-5):
    """How an error at the last step travels back through an untrained cell."""
    x = scale * torch.randn(8, steps, 8)
    run = Recurrent(cell)(x, trace=True)
    losses = run.outputs.values[:, -1].sum(1)
    return gradient_flow(
        [TracedRun(dict(run.trace), [TimedLoss(loss, steps - 1)]) for loss in losses],
        name,
    )


def elman_with(size):
    """An Elman cell whose U keeps the length of a vector, times `size`."""
    cell = Elman(8, 32)
    with torch.no_grad():
        torch.nn.init.orthogonal_(cell.weight_hidden).mul_(size)
        cell.bias_input.zero_()
        cell.bias_hidden.zero_()
    return cell


flows = {
    size: flow_through(elman_with(size), f"U of size {size}")
    for size in (0.7, 1.0, 1.2)
}
for flow in flows.values():
    print(f"{flow.title}: {flow.verdict.kind}, {flow.verdict.words}")
Charts(
    [compared_panel("signal left", list(flows.values()))],
    "steps between the loss and the state",
)

# %% [markdown]
# The axis is logarithmic, so a straight line means: multiplied by the same factor at
# each step.

# %%
assert [flow.verdict.kind for flow in flows.values()] == [
    "vanishing",
    "healthy",
    "exploding",
]

# %% [markdown]
# Is it really this product? We multiply it out by hand, from the last state back to the
# first, and compare with what back-propagation finds.

# %%
cell = elman_with(0.7)
record = Recurrent(cell)(1e-5 * torch.randn(1, 40, 8), trace=True).trace[""]
h = record.states["hidden"]  # h_1 to h_40

signal = torch.ones(32)  # dL/dh_40 of the loss L = sum of h_40
for step in reversed(range(1, 40)):
    signal = signal * (1 - h[step][0] ** 2)  # times s', which is 1 - h^2 for tanh
    signal = signal @ cell.weight_hidden  # times U
    if step % 10 == 0:
        print(f"length of dL/dh_{step}: {signal.norm():.2e}")

found = torch.autograd.grad(h[-1].sum(), h[0])[0][0]
print(f"length of dL/dh_1: {signal.norm():.2e} by hand, {found.norm():.2e} by torch")

assert torch.allclose(signal, found, rtol=1e-3)

# %% [markdown]
# Against explosions there is a simple remedy: cut the gradient to a largest
# length (*clipping*). Against vanishing there is none, except a better cell. These are
# the three classics, untrained, over 60 steps:

# %%
from recurra.cells import GRU, LSTM

torch.manual_seed(2)
classics = [
    flow_through(cell(8, 32), cell.__name__, steps=60, scale=0.3)
    for cell in (Elman, GRU, LSTM)
]
left = {flow.title: flow.layers[0].curve.left[-1] for flow in classics}
display(
    Charts(
        [compared_panel("signal left", classics)],
        "steps between the loss and the state",
    )
)

assert left["LSTM"] > left["Elman"]
assert left["LSTM"] > left["GRU"]

# %% [markdown]
# The LSTM hands the signal back much farther. `model.gradients(data)` measures the same
# in a model that you have trained, and `recurra demo memory` trains all of them on
# problems that only memory can solve. But why is the LSTM better?
#
# ## LSTM, gate by gate
#
# A *long short-term memory* (Hochreiter and Schmidhuber 1997) has a second state, the
# *cell state* $c_t$: a conveyor belt that runs through time. *Gates* decide what goes
# onto it and what leaves it. A gate is a vector of numbers from 0 (shut) to 1 (open),
# computed by a sigmoid from the input and the last state.

# %%
recurra.draw("lstm")

# %% [markdown]
# Follow the belt $c$ along the top. It is multiplied by $f$, something is added, and
# that is all: no matrix, no nonlinearity. As long as $f$ is near 1, neither the memory
# nor the error signal on its way back gets lost.
#
# To see each gate at work we take an LSTM with one unit, and set its gates by hand
# through their biases.


# %%
def hand_made(**gates):
    """An LSTM of one unit with constant gates, each a number between 0 and 1."""
    cell = LSTM(1, 1)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        for number, name in enumerate(("input", "forget", "candidate", "output")):
            if name == "candidate":
                cell.weight_input[number] = 2.0  # the candidate is tanh(2 x)
            else:
                cell.bias_input[number] = torch.logit(
                    torch.tensor(gates.get(name, 0.999))
                )
    return cell


def belt(cell, steps=15):
    """The states c and h after each step, when a 1 comes at the third."""
    x = torch.zeros(1, steps, 1)
    x[0, 2] = 1.0
    record = Recurrent(cell)(x, trace=True).trace[""]
    return [
        record.whole(record.states[name])[0, :, 0].tolist()
        for name in ("cell", "hidden")
    ]


# %% [markdown]
# **The forget gate** $f$ says how much of the old cell state is kept. A 1 comes at the
# third step; how long is it remembered?

# %%
kept = {
    f"f = {forget}": belt(hand_made(forget=forget))[0] for forget in (0.999, 0.8, 0.001)
}
display(chart("c", kept, range(1, 16), "step t"))

assert kept["f = 0.999"][-1] > 0.9 > 0.1 > kept["f = 0.8"][-1]

# %% [markdown]
# **The input gate** $i$ says how much of the new candidate $c'$ is written onto the
# belt.

# %%
written = {
    f"i = {gate}": belt(hand_made(input=gate))[0] for gate in (0.999, 0.5, 0.001)
}
chart("c", written, range(1, 16), "step t")

# %% [markdown]
# **The output gate** $o$ says how much of the belt is shown to the outside,
# $h = o \, \tanh(c)$. The memory itself stays: a network can keep something for later
# without talking about it.

# %%
c, h_open = belt(hand_made(output=0.999))
_, h_shut = belt(hand_made(output=0.001))
lines = {"c": c, "h, o = 0.999": h_open, "h, o = 0.001": h_shut}
chart("state", lines, range(1, 16), "step t")

# %% [markdown]
# In a trained network the gates move by themselves, and each unit has its own. Our
# reader of reviews has an LSTM in each direction. This is the forget gate of the one
# that reads forwards: units down, words across, dark means kept.

# %%
trace = reader.trace(
    "I would never buy this kettle again . It clearly failed after a week ."
)
trace.figure("layers.0.forward.forget")

# %% [markdown]
# ## GRU
#
# The *gated recurrent unit* (Cho et al. 2014) needs one state and two gates. $z$
# decides how much of the old state stays and how much of the new one comes in: both at
# once, the shares add up to 1. $r$ decides how much of the old state goes into the new.

# %%
recurra.draw("gru")

# %% [markdown]
# Fewer gates, fewer weights. The Elman cell has one block of weights, the GRU three,
# the LSTM four.

# %%
sizes = {
    cell.__name__: sum(p.numel() for p in cell(64, 128).parameters())
    for cell in (Elman, GRU, LSTM)
}
for name, count in sizes.items():
    print(f"{name:6} {count:8,} weights to read 64 numbers and keep 128")

assert sizes["GRU"] == 3 * sizes["Elman"]
assert sizes["LSTM"] == 4 * sizes["Elman"]

# %% [markdown]
# Which one is better? It depends on the task; `recurra compare` finds out on your data.
#
# ## What goes in, what comes out
#
# | structure | example | in recurra |
# |---|---|---|
# | one to one | features to a label | `classify`, feed-forward |
# | one to many | an image to a caption | `caption` |
# | many to one | a review to a label | `classify` |
# | many to many, aligned | a word to its tag, or to the next word | `tag`, `lm` |
# | many to many, through a context | a text to another one | `translate`, `chat` |
#
# One to many: a single input, then a word at each step.

# %%
recurra.draw("caption", unrolled=3, settings={"model.layers": 1})

# %% [markdown]
# Many to one: all steps are read, and one answer is given for all of them.

# %%
recurra.draw(
    "classify",
    unrolled=4,
    settings={"model.layers": 1, "model.bidirectional": False, "model.pooling": "last"},
)

# %% [markdown]
# Many to many, aligned: an answer at each step.

# %%
recurra.draw("tag", unrolled=4, settings={"model.characters": 0, "model.crf": False})

# %% [markdown]
# Many to many, through a context: first read everything, then write. Input and output
# need not be of the same length.

# %%
recurra.draw(
    "translate",
    unrolled=3,
    settings={
        "model.layers": 1,
        "model.bidirectional": False,
        "model.attention": "none",
    },
)

# %% [markdown]
# ## Word prediction
#
# A *language model* reads a text and says at each step what the next word may be. We
# teach it a small language, in which the verb follows its subject: *the cat sees*, but
# *the cats see*.

# %%
NOUNS, VERBS = "cat dog bird horse".split(), "see hear chase".split()


def sentence():
    """A sentence of the small language."""
    subject, verb, thing = dice.choice(NOUNS), dice.choice(VERBS), dice.choice(NOUNS)
    one = dice.random() < 0.5
    clause = f"{subject} {verb}s" if one else f"{subject}s {verb}"
    return f"the {clause} the {thing} ."


language = train(
    "language", [sentence() for _ in range(600)], "lm", 6, text__units="words"
)
print(
    "it writes:",
    *(language.generate("the", length=8, seed=seed).text for seed in (1, 2, 3)),
    sep="\n  ",
)

# %% [markdown]
# What does it expect after *the cats*? A distribution over all words:

# %%
expected = {
    text: dict(language.trace(text).decisions[-1].top)
    for text in ("the cat", "the cats")
}
for text, words in expected.items():
    print(
        f"{text:8} ->",
        ", ".join(f"{word} {chance:.0%}" for word, chance in words.items()),
    )

best = {text: max(words, key=words.get) for text, words in expected.items()}
assert best["the cat"].endswith("s")
assert not best["the cats"].endswith("s")

# %% [markdown]
# And how surprised is it by a mistake? *Surprisal* is $-\log_2$ of the probability: 1
# bit is a coin toss. The redder a word, the more bits it costs. The noun costs some,
# since it could have been another one; a wrong verb costs more than a right one would.

# %%
wrong, correct = (
    language.surprisal("the cats sees the dog ."),
    language.surprisal("the cats see the dog ."),
)
display(wrong)

assert wrong.bits[2] > correct.bits[2] + 1

# %% [markdown]
# ## Classification
#
# Our reviews were classification: many to one. There is a third kind of network for it.
# A *convolutional* network (CNN) looks at windows of a few words, and keeps the
# strongest response of each detector. It sees word order, but only inside a window: it
# does not know in which sentence a window was.

# %%
windows = train(
    "windows", reviews, "classify", 6, text__units="words", model__kind="cnn"
)
for name, model in [("bag of words", bag), ("windows", windows), ("recurrent", reader)]:
    print(f"{name:13} {model.score(new_reviews):.0%} right")

assert windows.score(new_reviews) > 0.8

# %% [markdown]
# Here the windows suffice, since what *never* belongs to stands right beside it. Where
# it stands far away, only memory helps.
#
# ## Captions
#
# One to many: an image goes in, a sentence comes out. We draw the images ourselves.


# %%
def image():
    """A shape on white paper, and what it is."""
    shape, side, size = (
        dice.choice(["bar", "square", "cross"]),
        dice.choice(["left", "right"]),
        dice.choice(["small", "large"]),
    )
    paper, reach = np.full((16, 24), 255, np.uint8), 2 if size == "small" else 5
    x, y = (6 if side == "left" else 17) + dice.randint(-1, 1), 8 + dice.randint(-2, 2)
    rows, columns = (
        slice(max(0, y - reach), y + reach + 1),
        slice(max(0, x - reach), x + reach + 1),
    )
    if shape == "square":
        paper[rows, columns] = 0
    else:
        paper[y - 1 : y + 1, columns] = 0
        if shape == "cross":
            paper[rows, x - 1 : x + 1] = 0
    return paper, f"a {size} {shape} on the {side}"


captioner = train(
    "captions",
    [image() for _ in range(600)],
    "caption",
    6,
    text__target_units="words",
    model__shift=0.0,
    training__learning_rate=0.005,
)
new_images = [image() for _ in range(100)]
print(f"{captioner.score(new_images):.0%} of the new images have the right caption")
display(captioner.predict(new_images[0][0], attention=True))

assert captioner.score(new_images) > 0.8

# %% [markdown]
# The shading shows where the network looked for each word; that need not be where we
# would look. How it looks comes below, under *attention*.
#
# ## Encoder and decoder
#
# To translate, a network must have read the sentence before it can write the first
# word. So there are two: the *encoder* reads the source, and its last state, the
# *context*, is handed to the *decoder*, which writes the target.
#
# Our task is small but real: dates as people write them, into the form that computers
# like.

# %%
MONTHS = (
    "January February March April May June July "
    "August September October November December"
).split()
FORMS = ["{day} {month} {year}", "{month} {day}, {year}", "{day}. {month} {year}"]


def written_date():
    """A date as somebody writes it, and as 1998-05-03."""
    day = date(1950, 1, 1) + timedelta(dice.randrange(36_500))
    return dice.choice(FORMS).format(
        day=day.day, month=MONTHS[day.month - 1], year=day.year
    ), day.isoformat()


dates = [written_date() for _ in range(3000)]
new_dates = [written_date() for _ in range(200)]
for source, target in dates[:3]:
    print(f"{source:20} -> {target}")

# %% [markdown]
# ### Preparing the data
#
# A network reads numbers, and all rows of a batch must be equally long. So, step by
# step:
#
# 1. cut each text into tokens: here characters;
# 2. append `<EOS>` (*end of sequence*) to the source;
# 3. put `<GO>` before the target: that is what the decoder *reads*; append `<EOS>` to
#    the target: that is what it shall *write*, one step ahead;
# 4. replace each token by its number in the vocabulary, and what is not in it by
#    `<UNK>` (*unknown*);
# 5. fill up with `<PAD>` to the longest of the batch, and remember the true lengths.

# %%
from recurra.data import pad_sources
from recurra.text import EOS, GO, SPECIAL_TOKENS, Tokenizer

vocabulary = Tokenizer.build((text for pair in dates for text in pair), "chars")
print(
    "special:",
    dict(zip(SPECIAL_TOKENS, range(4), strict=True)),
    " vocabulary:",
    vocabulary.size,
    "entries\n",
)

source, target = "3 May 1998", "1998-05-03"
ids = vocabulary.encode(target)
print("encoder reads ", [*vocabulary.tokens(source), "<EOS>"])
print("decoder reads ", ["<GO>", *vocabulary.tokens(target)])
print("decoder writes", [*vocabulary.tokens(target), "<EOS>"])
print("as numbers    ", [GO, *ids], "->", [*ids, EOS])

# %% [markdown]
# Two sources as one batch. The second one has a character that none of our dates has;
# its row is shorter, and filled up with `<PAD>`, which is 0.

# %%
batch = pad_sources([vocabulary.encode(text) for text in ("12 March 1998", "3 May ♥")])
for row, length in zip(batch.values, batch.lengths, strict=True):
    print([vocabulary.token(int(number)) for number in row], "length", int(length))

assert vocabulary.unknown_tokens("3 May ♥") == ["♥"]

# %% [markdown]
# ### Training
#
# While it learns, the decoder is fed the *right* target, shifted by one, whatever it
# would have written itself. This is called *teacher forcing*. The loss at each step is
# $-\log$ of the probability that it gave to the right token; padding does not count.

# %%
translator = train(
    "dates",
    dates,
    "translate",
    3,
    text__source_units="chars",
    text__target_units="chars",
    model__attention="dot",
    training__learning_rate=0.015,
    training__label_smoothing=0.0,
    batching__batch_tokens=1000,
)
share = translator.score(new_dates)
print(f"{share:.0%} of the new dates are exactly right")

assert share > 0.8

# %% [markdown]
# `trace` follows a target of our choice. We give it one with a mistake, the month 06:
# at that digit the loss is high.

# %%
losses = translator.trace("3 May 1998", target="1998-06-03").decisions
for one in losses:
    bar = "#" * round(3 * one.loss)
    print(f"{one.token:5}  p = {one.probability:7.2%}  loss {one.loss:5.2f}  {bar}")

assert max(losses, key=lambda one: one.loss).token == "6"

# %% [markdown]
# ### Inference
#
# When the network is used, nobody knows the right target. So the decoder is fed what it
# has just written itself, until it writes `<EOS>`. The simplest way takes the most
# probable token at each step (*greedy*). *Beam search* follows several beginnings at
# once and keeps the best.

# %%
translator.search("3 May 1998", beam=3)

# %% [markdown]
# ## Question answering
#
# The same network, other texts: the source is a story and a question, the target is the
# answer. To answer where somebody *is*, the last sentence about them counts, and not
# the first one.

# %%
PEOPLE, PLACES = "Nina Omar Ravi".split(), "library harbour attic bakery".split()


def story():
    """A story with a question, and the answer."""
    at, told = {}, []
    for _ in range(dice.randint(2, 4)):
        person = dice.choice(PEOPLE)
        at[person] = dice.choice([place for place in PLACES if place != at.get(person)])
        told.append(f"{person} went to the {at[person]} .")
    asked = dice.choice(list(at))
    return (" ".join(told), f"Where is {asked} ?"), at[asked]


answers = train(
    "answers",
    [story() for _ in range(2500)],
    "translate",
    5,
    text__source_units="words",
    text__target_units="words",
    model__copy=True,
    training__label_smoothing=0.0,
)
share = answers.score([story() for _ in range(200)])
print(f"{share:.0%} of new stories are answered right")

assert share > 0.8
answers.predict(
    (
        "Nina went to the attic . Omar went to the bakery . Nina went to the harbour .",
        "Where is Nina ?",
    ),
    attention=True,
)

# %% [markdown]
# ## Chat
#
# A dialogue is a sequence too: the turns so far are the source, and the reply is the
# target. So the network can understand *and in German?*, which means nothing by itself.

# %%
NUMBERS = "one two three four five".split()
BOOK = {
    "French": "un deux trois quatre cinq".split(),
    "German": "eins zwei drei vier fünf".split(),
    "Spanish": "uno dos tres cuatro cinco".split(),
}


def dialogue():
    """Three questions and replies; the second and third questions are not whole."""
    number, tongue = dice.randrange(5), dice.choice(list(BOOK))
    turns = [f"what is {NUMBERS[number]} in {tongue} ?", BOOK[tongue][number]]
    for _ in range(2):
        if dice.random() < 0.5:
            tongue = dice.choice([other for other in BOOK if other != tongue])
            turns += [f"and in {tongue} ?", BOOK[tongue][number]]
        else:
            number = dice.choice([other for other in range(5) if other != number])
            turns += [f"and {NUMBERS[number]} ?", BOOK[tongue][number]]
    return turns


bot = train(
    "chat",
    [dialogue() for _ in range(1200)],
    "chat",
    5,
    data__turns=5,
    data__replies="second",
    data__withhold=0.0,
    decoding__anti_lm=0.0,
    text__source_units="words",
    text__target_units="words",
    training__label_smoothing=0.0,
)
turns = []
for question in ("what is two in French ?", "and in German ?", "and four ?"):
    turns.append(question)
    turns.append(bot.predict([turns])[0].text)
    print(f"> {question}\n  {turns[-1]}")

assert turns[1::2] == ["deux", "zwei", "vier"]

# %% [markdown]
# ## The bottleneck
#
# Back to the context. However long the source is, all that the decoder gets of it is
# one vector of fixed size. A short sentence fits; a long one does not. That is the
# *bottleneck*.
#
# We measure it on a task that needs every word: write the words in reverse order. Two
# networks learn it. One has the context alone; the other one may look back at the
# source (how, comes next). Everything else is the same.

# %%
ANIMALS = "ant bee cat dog elk fox gnu hen owl pig".split()


def reversed_words(count):
    """Some words, and the same in reverse order."""
    words = [dice.choice(ANIMALS) for _ in range(count)]
    return " ".join(words), " ".join(reversed(words))


LENGTHS = (2, 4, 6, 8, 10)
examples = [reversed_words(dice.randint(2, 10)) for _ in range(2500)]
tests = {length: [reversed_words(length) for _ in range(50)] for length in LENGTHS}
networks = {
    name: train(
        name,
        examples,
        "translate",
        7,
        text__source_units="words",
        text__target_units="words",
        model__attention=attention,
        training__label_smoothing=0.0,
        batching__batch_tokens=900,
    )
    for name, attention in [("context only", "none"), ("with attention", "dot")]
}
right = {
    name: [100 * model.score(tests[length]) for length in LENGTHS]
    for name, model in networks.items()
}
display(chart("% exactly right", right, LENGTHS, "words in the source"))

assert right["with attention"][-1] > right["context only"][-1] + 20

# %% [markdown]
# ## Attention, step by step
#
# *Attention* removes the bottleneck: at each step the decoder looks at **all** states
# of the encoder, and takes what it needs now. Its own state is the *query*; the
# encoder's states are the *values*.
#
# 1. a **score** for each value: how well does it fit the query? Here the dot product.
# 2. **softmax** turns the scores into weights: positive, and 1 in sum.
# 3. the **weighted sum** of the values is what the decoder gets.

# %%
values = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])  # states of the encoder
query = torch.tensor([0.0, 2.0])  # state of the decoder

scores = values @ query
weights = scores.exp() / scores.exp().sum()
context = weights @ values
print("scores ", scores.tolist())
print(
    "weights",
    [round(weight, 3) for weight in weights.tolist()],
    "sum",
    round(float(weights.sum()), 3),
)
print("context", [round(number, 3) for number in context.tolist()])

# %% [markdown]
# recurra's own `Dot` does the same, for whole batches.

# %%
from recurra.attention import Dot

attention = Dot(query_size=2, value_size=2)
attended = attention(query[None, None], attention.prepare(values[None]))

assert torch.allclose(attended.weights[0, 0], weights)
assert torch.allclose(attended.context[0, 0], context)
print("the same weights and the same context")

# %% [markdown]
# In a trained network the weights say where it looked. Each row is one step of the
# decoder, and sums to 1. Nobody told the network that the year stands at the end: it
# found out by itself.

# %%
answer = translator.predict("12 March 1998", attention=True)
display(answer)

year = np.array(answer.attention.weights)[
    :4, 8:
]  # while it wrote 1998: from " 1998" on
assert year.sum(axis=1).mean() > 0.5

# %% [markdown]
# For the network that reverses words the map is a diagonal from the upper right to the
# lower left.

# %%
answer = networks["with attention"].predict("ant bee cat dog elk fox", attention=True)
display(answer)

looked_at = np.array(answer.attention.weights)[:6].argmax(axis=1)
assert np.corrcoef(looked_at, range(6))[0, 1] < -0.8  # later words, earlier places

# %% [markdown]
# Attention is also a shortcut for the error signal. Without it, all blame has to go
# through the one context, and back through the encoder step by step. With it, blame
# goes from each output straight to the places it looked at.
#
# Here is how the error signal of each output is spread over the states of the encoder
# that reads forwards; each row sums to 1.

# %%
from recurra.views import matrix_figure

source, target = reversed_words(10)
early = {}
for name, model in networks.items():
    seen = model.trace(source, target=target, gradients=True)
    norms = seen.gradients.norms["encoder.0.forward"]  # [outputs, states]
    shares = norms / norms.sum(axis=1, keepdims=True)
    early[name] = shares[:, :5].sum() / len(shares)
    picture = matrix_figure(
        shares.tolist(),
        seen.gradients.tokens,
        seen.layer("encoder.0.forward").tokens,
        row_label="error at this output",
        column_label="reaches this state of the encoder",
        value_label="share",
        title=name,
    )
    display(picture)
for name, share in early.items():
    print(f"{name:14} {share:.0%} of the signal reaches the first five words")

assert early["with attention"] > early["context only"]

# %% [markdown]
# ## Deep, with attention
#
# All of it together: an encoder of several layers that reads in both directions, a
# decoder of several layers, and attention between them. This is what `recurra train`
# builds when you say nothing else.

# %%
recurra.draw("translate", settings={"model.layers": 2}, unrolled=3)

# %%
deep_translator = train(
    "deep",
    dates,
    "translate",
    3,
    model__layers=2,
    text__source_units="chars",
    text__target_units="chars",
    training__learning_rate=0.01,
    training__label_smoothing=0.0,
    batching__batch_tokens=1000,
)
print(f"{deep_translator.score(new_dates):.0%} of the new dates are exactly right")
deep_translator.draw()

# %% [markdown]
# And this is what happened inside it for one date: the attention, and folded below it
# every gate and every state of every layer. `trace.save("page.html")` writes it as
# [an interactive page](../inspect.md).

# %%
deep_translator.trace("July 14, 1989")

# %% [markdown]
# ## Where to go from here
#
# - Your own data, in three commands: [Quick start](../quickstart.md).
# - Cells, attention, layers and models in full: [Cells](../cells.md),
#   [Attention](../attention.md), [Layers](../layers.md), [Models](../models.md).
# - More ways to look inside: [Looking inside](../looking-inside.md),
#   [The interactive page](../inspect.md), [Drawings](../drawings.md).
