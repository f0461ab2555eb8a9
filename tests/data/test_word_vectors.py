"""Files of vectors: every form is recognised by its content, what is wrong is said, and only what is needed is kept."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from recurra.data.word_vectors import FoundVectors, read_word_vectors
from recurra.errors import DataError

VECTORS: Mapping[str, list[float]] = {
    "the": [0.5, -1.0, 2.0],
    "Paris": [1e-3, 0.25, -4.5],
    "naïve": [1.0, 2.0, 3.0],
    "paris": [-1.0, -2.0, -3.0],
}


def lines(vectors: Mapping[str, list[float]] = VECTORS, end: str = "\n", between: str = " ") -> str:
    return "".join(between.join([word, *map(str, vector)]) + end for word, vector in vectors.items())


def header(vectors: Mapping[str, list[float]] = VECTORS) -> str:
    return f"{len(vectors)} 3\n"


def binary(vectors: Mapping[str, list[float]] = VECTORS, after: bytes = b"\n") -> bytes:
    rows = (word.encode() + b" " + np.array(row, dtype="<f4").tobytes() + after for word, row in vectors.items())
    return header(vectors).encode() + b"".join(rows)


FORMS = {
    "glove": lines().encode(),
    "word2vec": (header() + lines()).encode(),
    "fasttext": (header() + lines(end=" \n")).encode(),
    "windows": (header() + lines(end="\r\n")).encode(),
    "tabs": lines(between="\t").encode(),
    "byte order mark": b"\xef\xbb\xbf" + lines().encode(),
    "binary": binary(),
    "binary without line ends": binary(after=b""),
}


def read(path: Path, wanted: tuple[str, ...] = (), first: int = 100) -> FoundVectors:
    return read_word_vectors(str(path), wanted, first)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_told_from_its_content(form: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.dat"  # no ending says anything
    path.write_bytes(gzip.compress(FORMS[form]) if packed else FORMS[form])
    found = read(path)
    assert list(found.words) == list(VECTORS)
    assert found.vectors == pytest.approx(np.array(list(VECTORS.values()), dtype=np.float32))
    assert (found.total, found.first, found.size) == (4, 4, 3)


def test_words_that_are_wanted_are_kept_in_every_form_and_the_first_ones_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text(lines(), encoding="utf-8")
    assert list(read(path, (), 2).words) == ["the", "Paris"]
    assert list(read(path, ("PARIS!",), 0).words) == ["Paris", "paris"]
    assert list(read(path, ("naive", "nai\u0308ve".upper()), 0).words) == []
    assert list(read(path, ("naïve",), 0).words) == ["naïve"]
    assert read(path, ("paris",), 1).first == 1


def test_words_with_spaces_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "glove.840B.300d.txt"
    path.write_text(lines({**VECTORS, ". . .": [1, 2, 3], "at name@domain.com": [1, 2, 3]}), encoding="utf-8")
    found = read(path)
    assert list(found.words) == list(VECTORS)
    assert found.notes == ["glove.840B.300d.txt: left out were 2 words with spaces"]


def test_the_first_of_two_vectors_of_a_word_counts(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2\nb 1 1\na 3 4\nA\u030a 1 1\n\u00c5 2 2\n", encoding="utf-8")
    found = read(path)
    assert list(found.words) == ["a", "b", "\u00c5"]
    assert found.vectors.tolist() == [[1, 2], [1, 1], [1, 1]]
    assert found.notes == ["v.txt: left out were 2 duplicate words"]


def test_special_symbols_of_recurra_are_no_words(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2\n<EOS> 1 1\n<unk> 3 4\n")
    assert list(read(path).words) == ["a", "<unk>"]


def test_a_first_line_that_says_another_number_of_words_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "head.vec"
    path.write_text("2000000 2\na 1 2\n")
    assert read(path).notes == ["head.vec: its first line says 2,000,000 words, there are 1"]


@pytest.mark.parametrize(
    ("content", "where", "says"),
    [
        (b"", "v", "there are no vectors in it"),
        (b"3 2\n", "v", "there are no vectors in it"),
        (b"red\tB-X\n", "v:1", 'expected a word and the numbers of its vector, saw "red B-X"'),
        (b"a 1 2\nb 1\n", "v:2", 'expected 2 numbers behind the word, saw 1: "b 1"'),
        (b"2 3\na 1 2 3\nb 1 2", "v:3", 'expected 3 numbers behind the word, saw 2: "b 1 2"'),
        (b"a 1 2\nb 1 two\n", "v:2", 'expected a finite number, saw "two"'),
        (b"a 1 nan\n", "v:1", 'expected a finite number, saw "nan"'),
        (b"a 1 2\nb 1e99 2\n", "v:2", 'expected a finite number, saw "1e99"'),
        (b"1 0\n", "v:1", "a vector has 0 numbers"),
        (b"1 99999\na 1\n", "v:2", "expected 99,999 numbers"),
        ("ä 1 2\n".encode("latin-1"), "v:1:1", "expected UTF-8, saw byte 0xE4"),
        (b"PK\x03\x04xxxx", "v", "a zip archive"),
        (b"\x80\x04\x95xx", "v", "a pickle of Python"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0", "v", "this is a model of fastText"),
        (binary()[:-9], "v, word 4", "expected 3 numbers of four bytes"),
        (binary({"a": [float("nan")] * 3}), "v, word 1", "numbers that are not finite"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: bytes, where: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "v"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    assert says in caught.value.what.replace("⇥", " ")
    assert (caught.value.where or "").endswith(where)
    assert caught.value.fix


def test_all_bad_lines_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2\nb 1\nc 1 x\nd 1\n")
    with pytest.raises(DataError, match=r"3 problems \(vectors of another length: 2, .*no number: 1\)"):
        read(path)


def test_a_few_words_in_another_encoding_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(b"".join(b"w%d 1 2\n" % k for k in range(200)) + b"\xe4 1 2\n")
    assert read(path).notes == ["v.txt: left out was 1 word in another encoding than UTF-8"]


@pytest.mark.slow
def test_reading_takes_the_memory_of_what_is_kept(tmp_path: Path) -> None:
    """A file of 20 MB, of which 200 words are kept, read in a process of its own."""
    path = tmp_path / "large.vec"
    numbers = " ".join(f"{k / 7:.4f}" for k in range(300))
    with path.open("w") as file:
        file.write("10000 300\n")
        file.writelines(f"word{k} {numbers}\n" for k in range(10_000))
    assert path.stat().st_size > 18e6
    script = (
        "import resource, sys\n"
        "from recurra.data.word_vectors import read_word_vectors\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "found = read_word_vectors(sys.argv[1], [f'word{k}' for k in range(9_900, 10_000)], 100)\n"
        "print(len(found.words), peak() - before)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    kept, grown = map(int, run.stdout.split())
    assert kept == 200
    assert grown * (1 if sys.platform == "darwin" else 1024) < 9e6


PIECES = ["[PAD]", "[UNK]", "the", "play", "##ing", "##ed", "old", "!"]


def model2vec(folder: Path, **more: torch.Tensor) -> torch.Tensor:
    """A folder as model2vec writes it: a WordPiece tokenizer and a vector for each piece."""
    folder.mkdir()
    library = Tokenizer(models.WordPiece({piece: k for k, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    library.normalizer = normalizers.BertNormalizer()  # pyright: ignore[reportAttributeAccessIssue]
    library.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # pyright: ignore[reportAttributeAccessIssue]
    library.enable_padding(length=8)
    library.save(str(folder / "tokenizer.json"))
    vectors = torch.arange(24, dtype=torch.float32).reshape(8, 3)
    save_file({"embeddings": vectors, **more}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}))
    return vectors


class TestModel2vec:
    def test_a_word_is_the_mean_of_its_pieces(self, tmp_path: Path) -> None:
        vectors = model2vec(tmp_path / "m").numpy()
        found = read(tmp_path / "m", ("Playing", "xyz", "old!"), 2)
        by_word = dict(zip(found.words, found.vectors, strict=True))
        assert list(by_word) == ["the", "play", "Playing", "old!"]
        assert by_word["the"] == pytest.approx(vectors[2])
        assert by_word["Playing"] == pytest.approx((vectors[3] + vectors[4]) / 2)
        assert by_word["old!"] == pytest.approx((vectors[6] + vectors[7]) / 2)
        assert found.first == 2

    def test_weights_and_a_mapping_of_pieces_to_rows_count(self, tmp_path: Path) -> None:
        vectors = model2vec(
            tmp_path / "m",
            mapping=torch.tensor([0, 1, 5, 3, 4, 5, 6, 7]),
            weights=torch.tensor([1, 1, 0.5, 1, 1, 1, 1, 1]),
        ).numpy()
        assert read(tmp_path / "m", (), 1).vectors[0] == pytest.approx(vectors[5] * 0.5)

    def test_vectors_may_be_of_half_precision(self, tmp_path: Path) -> None:
        vectors = model2vec(tmp_path / "m")
        save_file({"embeddings": vectors.bfloat16()}, tmp_path / "m" / "model.safetensors")
        assert read(tmp_path / "m", (), 1).vectors[0] == pytest.approx(vectors[2].numpy())

    @pytest.mark.parametrize(
        ("tensors", "says"),
        [
            ({"weight": torch.ones(8, 3)}, "expected a tensor called embeddings, saw weight"),
            ({"embeddings": torch.ones(8)}, "expected a table of vectors, saw 1 dimension"),
            ({"embeddings": torch.ones(5, 3)}, "there are 8 pieces in tokenizer.json, and vectors of 5"),
            ({"embeddings": torch.full((8, 3), torch.nan)}, "numbers that are not finite"),
        ],
    )
    def test_vectors_that_do_not_fit_are_refused(
        self, tensors: dict[str, torch.Tensor], says: str, tmp_path: Path
    ) -> None:
        model2vec(tmp_path / "m")
        save_file(tensors, tmp_path / "m" / "model.safetensors")
        with pytest.raises(DataError, match=says):
            read(tmp_path / "m")

    @pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
    def test_a_file_that_is_damaged_or_missing_is_refused(self, name: str, tmp_path: Path) -> None:
        model2vec(tmp_path / "m")
        (tmp_path / "m" / name).write_text("{}")
        with pytest.raises(DataError, match="this cannot be read"):
            read(tmp_path / "m")
        (tmp_path / "m" / name).unlink()
        with pytest.raises(DataError, match="no such file"):
            read(tmp_path / "m")
