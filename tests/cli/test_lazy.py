"""Help and usage errors load nothing heavy; that is what keeps them quick. Clocks are for bench/."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from recurra.cli.dispatch import COMMANDS
from recurra.cli.known_names import known_names

HEAVY = {
    "torch", "numpy", "rich", "typer.rich_utils", "pydantic", "sacrebleu", "tokenizers", "safetensors", "babel",
    "recurra.watching", "recurra.serving",
}  # fmt: skip
PROBE = """
import sys
from recurra.cli import run
code = run(sys.argv[1:])
loaded = [name for name in {heavy} if name in sys.modules]
sys.exit(f"loaded {{loaded}}" if loaded else 40 + code)
"""


def outcome(*args: str) -> subprocess.CompletedProcess[str]:
    program = PROBE.format(heavy=HEAVY)
    return subprocess.run([sys.executable, "-c", program, *args], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--help", 0),
        ("--version", 0),
        *((f"{name} --help", 0) for name in COMMANDS),
        ("trian", 2),
        ("train", 2),
        ("train pairs.tsv --epoch 3", 2),
        ("train pairs.tsv --target-units bytes", 2),
        ("train pairs.tsv --layers two", 2),
        ("train pairs.tsv --time soon", 2),
        ("train pairs.tsv --time 5m --epochs 3", 2),
        ("predict model --temperature 2", 2),
        ("evaluate model", 2),
        ("demo --time soon", 2),
        ("compare pairs.tsv --cells lstm,,gru", 2),
        ("doctor now", 2),
        ("inspect model", 2),
        ("what-if model", 2),
    ],
)
def test_nothing_heavy_is_loaded(line: str, code: int) -> None:
    result = outcome(*line.split())
    assert result.returncode == 40 + code, result.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train pairs.tsv --cell lstn", "--cell: unknown value 'lstn'\n  Did you mean 'lstm'?"),
        (
            "train pairs.tsv --size enormous",
            "--size: unknown value 'enormous'\n  Known: tiny, small, medium, base, large",
        ),
        ("compare pairs.tsv --cells lstm,gur", "--cells: unknown value 'gur'\n  Did you mean 'gru'?"),
    ],
)
def test_a_value_that_no_task_knows_is_refused_before_anything_heavy_is_loaded(line: str, said: str) -> None:
    known_names()  # are in the cache once any was looked up
    result = outcome(*line.split())
    assert result.returncode == 42, result.stderr
    assert said in result.stderr


def test_the_probe_sees_what_is_loaded() -> None:
    result = outcome("train", "pairs.tsv", "--set", "model.nonsense=1")  # only the recipe knows its keys
    assert result.returncode == 1
    assert "'torch'" in result.stderr


# What reads data frames, measures texts, writes numbers in words, compiles networks, makes problems of a suite: a
# prediction needs none of it.
UNUSED = {
    "narwhals",
    "pandas",
    "sacrebleu",
    "babel",
    "num2words",
    "sklearn",
    "torch._dynamo",
    "starlette",
    "recurra.watching",
    "recurra.serving",
    "recurra.comparing.suites",
}
PREDICTION = """
import sys
from recurra.cli import run
code = run(sys.argv[1:])
loaded = [name for name in {unused} if name in sys.modules]
sys.exit(f"loaded {{loaded}}" if loaded else 40 + code)
"""


LOADING = """
import sys
import recurra
for folder in sys.argv[1:]:
    recurra.load(folder)
    loaded = [name for name in {unused} if name in sys.modules]
    if loaded:
        sys.exit(f"{{folder}} loaded {{loaded}}")
"""
STORED = Path(__file__).parents[1] / "stored_models"


def test_a_model_of_any_task_loads_only_what_it_uses() -> None:
    models = sorted(str(path / "model") for path in STORED.iterdir() if path.is_dir())
    args = [sys.executable, "-c", LOADING.format(unused=UNUSED), *models]
    result = subprocess.run(args, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_a_prediction_loads_only_what_it_uses(tmp_path: Path) -> None:
    text = tmp_path / "one.txt"
    text.write_text("abc\n", encoding="utf-8")
    program = PREDICTION.format(unused=UNUSED)
    args = [sys.executable, "-c", program, "predict", str(STORED / "translate-2" / "model"), str(text)]
    result = subprocess.run(args, capture_output=True, text=True, check=False)
    assert result.returncode == 40, result.stderr


FORECASTERS = """
import sys
from recurra.models import ForecasterOptions, build_forecaster
from recurra.models.unfilled import unfilled
for baseline in ("last", "season", "smoothed", "linear", "none"):
    for season in (1, 5):
        with unfilled():
            build_forecaster(ForecasterOptions(width=4, horizon=3, baseline=baseline), 2, [0], season, 20)
        if "torch._dynamo" in sys.modules:
            sys.exit(f"{baseline}, season {season}: torch's compiler is loaded")
"""


def test_a_forecaster_is_built_without_the_compiler_of_torch() -> None:
    result = subprocess.run([sys.executable, "-c", FORECASTERS], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
