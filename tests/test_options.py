"""Strict options: what is read is exactly what the dataclass says, and a refusal names the remedy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recurra.errors import UsageError
from recurra.options import (
    check_names,
    choices_of,
    from_mapping,
    nearest,
    one_of,
    parse_value,
    to_mapping,
    unknown_name,
)


@dataclass(frozen=True)
class Learning:
    rate: float = 0.1
    steps: int = 10
    clip_norm: float = 1.0
    shuffle: bool = True
    limit: int | None = None
    decay: Literal["linear", "cosine"] = "linear"
    device: Literal["cpu", "cuda"] | None = None


@dataclass(frozen=True)
class Network:
    width: int
    clip_value: float = 0.0
    name: str = "net"


@dataclass(frozen=True)
class Everything:
    network: Network
    learning: Learning = field(default_factory=Learning)
    seed: int = 1


def refusal(mapping: dict[str, object], cls: type = Everything, section: str = "") -> str:
    with pytest.raises(UsageError) as caught:
        from_mapping(cls, mapping, section)
    return str(caught.value)


def test_nested_values_and_defaults() -> None:
    read = from_mapping(Everything, {"network": {"width": 3}, "learning": {"rate": 2, "limit": 5, "device": "cuda"}})
    assert read == Everything(Network(3), Learning(rate=2.0, limit=5, device="cuda"))
    assert type(read.learning.rate) is float


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"rate": "0.1"}, "rate must be float, got '0.1' (str)"),
        ({"rate": "1e-3"}, "rate must be float, got '1e-3' (str)"),
        ({"rate": True}, "rate must be float, got True (bool)"),
        ({"rate": math.nan}, "rate must be a finite number, got nan"),
        ({"rate": math.inf}, "rate must be a finite number, got inf"),
        ({"rate": 10**400}, "rate must be a finite number, got 1000"),
        ({"steps": 3.0}, "steps must be int, got 3.0 (float)"),
        ({"steps": False}, "steps must be int, got False (bool)"),
        ({"steps": None}, "steps must be int, got None (NoneType)"),
        ({"shuffle": 1}, "shuffle must be bool, got 1 (int)"),
        ({"limit": "x"}, "limit must be int or nothing, got 'x' (str)"),
        ({"decay": "cosin"}, "decay: unknown value 'cosin'\n  Did you mean 'cosine'?"),
        ({"decay": 7}, "decay must be one of 'linear', 'cosine', got 7 (int)"),
        ({"device": "tablet"}, "device: unknown value 'tablet'\n  Known: cpu, cuda."),
        ({"stepz": 3}, "unknown key 'stepz'\n  Did you mean 'steps'?"),
        ({"zzz": 3}, "unknown key 'zzz'\n  Known: rate, steps,"),
    ],
)
def test_refused_values(mapping: dict[str, object], message: str) -> None:
    assert refusal(mapping, Learning).startswith(message)


def test_a_whole_number_has_64_bits() -> None:
    assert refusal({"network": {"width": 2**64}}) == "network.width must be a number of at most 64 bits, got one of 65"


def test_refusals_name_the_section() -> None:
    assert refusal({"rate": "x"}, Learning, "learning").startswith("learning.rate must be float")
    assert refusal({"network": {"width": 3, "wdth": 1}}).startswith("section [network]: unknown key 'wdth'")
    assert refusal({"network": {}}) == "the key 'network.width' is missing"
    assert refusal({"network": 3}) == "[network] must be a section, got 3 (int)"


@pytest.mark.parametrize(
    ("mapping", "fix"),
    [
        ({"network": {"width": 1, "steps": 2}}, "It belongs to section [learning]."),
        ({"steps": 2}, "It belongs to section [learning]."),
        ({"network": {"width": 1}, "learning": {"seed": 2}}, "It belongs to the top level."),
        ({"network": {"width": 1, "shufle": 2}}, "Did you mean 'shuffle' in section [learning]?"),
        ({"network": {"width": 1, "clip_valu": 2}}, "Did you mean 'clip_value'?"),  # here, though clip_norm is alike
    ],
)
def test_an_unknown_key_is_sent_to_its_section(mapping: dict[str, object], fix: str) -> None:
    assert refusal(mapping).endswith(fix)


INTEGERS = st.integers(-(2**63), 2**63 - 1)
settings = st.builds(
    Learning,
    rate=st.floats(allow_nan=False, allow_infinity=False),
    steps=INTEGERS,
    shuffle=st.booleans(),
    limit=st.none() | INTEGERS,
    decay=st.sampled_from(["linear", "cosine"]),
    device=st.sampled_from([None, "cpu", "cuda"]),
)


@given(st.builds(Everything, st.builds(Network, INTEGERS, name=st.text()), settings, INTEGERS))
def test_writing_and_reading_gives_the_same(options: Everything) -> None:
    assert from_mapping(Everything, to_mapping(options)) == options


def test_none_is_left_out() -> None:
    assert "limit" not in to_mapping(Learning())


def test_none_that_could_not_be_read_back_is_refused() -> None:
    @dataclass(frozen=True)
    class Lossy:
        limit: int | None = 5

    assert to_mapping(Lossy()) == {"limit": 5}
    with pytest.raises(TypeError, match=r"Lossy\.limit is None"):
        to_mapping(Lossy(None))


def test_types_that_are_not_supported_are_a_mistake_of_the_programmer() -> None:
    @dataclass(frozen=True)
    class Lists:
        sizes: list[int] = field(default_factory=list)

    with pytest.raises(TypeError, match="cannot be of type"):
        from_mapping(Lists, {"sizes": [1]})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-3", -3),
        ("1e-3", 0.001),
        ("0.5", 0.5),
        ("lstm", "lstm"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("l'", "l'"),
        ("'", "'"),
        ("", ""),
        ("'a\"", "'a\""),
        ("it's", "it's"),
    ],
)
def test_values_of_the_command_line(text: str, value: object) -> None:
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


def test_nearest_and_unknown_names() -> None:
    assert nearest("lsmt", ["gru", "lstm"]) == "lstm"
    assert nearest("xyz", ["gru", "lstm"]) is None
    error = unknown_name("cell", "lsmt", ["gru", "lstm"], where="model.cell")
    assert str(error) == "model.cell: unknown cell 'lsmt'\n  Did you mean 'lstm'?"
    assert error.exit_code == 2
    assert unknown_name("key", "source", []).fix is None


TABLE = {"gru": 1, "lstm": 2}


@dataclass(frozen=True)
class Named:
    cell: str = one_of(TABLE, "lstm")
    decay: Literal["linear", "cosine"] = "linear"
    steps: int = 1

    def __post_init__(self) -> None:
        check_names(self, "model")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"cell": "lsmt"}, "model.cell: unknown value 'lsmt'\n  Did you mean 'lstm'?"),
        ({"cell": "transformer"}, "model.cell: unknown value 'transformer'\n  Known: gru, lstm."),
        ({"cell": 7}, "model.cell must be one of 'gru', 'lstm', got 7 (int)"),
    ],
)
def test_a_name_that_its_table_does_not_have_is_refused(mapping: dict[str, object], message: str) -> None:
    assert refusal(mapping, Named, "model") == message
    with pytest.raises(UsageError) as caught:
        Named(**mapping)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_what_a_table_has_been_given_since_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choices_of(Named, "cell") == ("gru", "lstm")
    monkeypatch.setitem(TABLE, "mine", 3)
    assert from_mapping(Named, {"cell": "mine"}) == Named("mine")
    assert choices_of(Named, "cell") == ("gru", "lstm", "mine")


def test_choices_of_literals_and_of_other_values() -> None:
    assert choices_of(Named, "decay") == ("linear", "cosine")
    assert choices_of(Named, "steps") == ()
