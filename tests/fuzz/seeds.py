"""Small valid files of every kind that recurra reads, from which mutants are made."""

from __future__ import annotations

import gzip
import io
import json
import math
import struct
from random import Random

from PIL import Image

WORDS = [
    *["der", "die", "das", "Haus", "läuft", "grün", "schnell", "Baum", "ein", "é", "東京", "test", "x1"],
    "a,b",
    '"q"',
]


IMAGES = ["im0.png", "im2.jpg", "im1.png"]


def seeds() -> dict[str, bytes]:
    """Their names and contents, always the same."""
    rnd = Random(1)
    pairs = [(_sentence(rnd, 5), _sentence(rnd, 4)) for _ in range(40)]
    files = {**_tables(pairs), **_tagged(pairs), **_series(rnd), **_images(rnd), **_others(pairs)}
    files |= _vectors(rnd)
    packed = {
        f"{name}.gz": gzip.compress(files[name], mtime=0)
        for name in ("pairs.tsv", "images.idx", "cases.ts", "vectors.glove")
    }
    return {**files, **packed}


def _sentence(rnd: Random, longest: int) -> str:
    return " ".join(rnd.choice(WORDS) for _ in range(rnd.randint(1, longest)))


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _tables(pairs: list[tuple[str, str]]) -> dict[str, bytes]:
    labels = [(one, "pos" if k % 2 else "neg") for k, (one, _) in enumerate(pairs)]
    return {
        "pairs.tsv": _lines([f"{one}\t{other}" for one, other in pairs]),
        "three.tsv": _lines(["lemma\tfeatures\tform", *(f"{one}\tV;PST\t{other}" for one, other in pairs)]),
        "pairs.csv": _lines(["source,target", *(f"{_quoted(one)},{_quoted(other)}" for one, other in pairs)]),
        "pairs.jsonl": _lines([json.dumps({"source": one, "target": other}) for one, other in pairs]),
        "labels.tsv": _lines(["text\tlabel", *(f"{one}\t{label}" for one, label in labels)]),
        "labels.jsonl": _lines([json.dumps({"text": one, "label": label}) for one, label in labels]),
        "fasttext.txt": _lines([f"__label__{label} {one}" for one, label in labels]),
        "ratings.csv": _lines(["review,stars", *(f"{_quoted(one)},{k % 7 + 0.5}" for k, (one, _) in enumerate(pairs))]),
    }


def _tagged(pairs: list[tuple[str, str]]) -> dict[str, bytes]:
    sentences = [one.split() for one, _ in pairs]
    conll = ["\n".join([*(f"{word}\t{'B-X' if len(word) > 3 else 'O'}" for word in words), ""]) for words in sentences]
    conllu = [
        "\n".join(
            [
                f"# sent_id = {k}",
                *(f"{n}\t{word}\t{word}\tNOUN\t_\t_\t0\troot\t_\t_" for n, word in enumerate(words, 1)),
                "",
            ]
        )
        for k, words in enumerate(sentences)
    ]
    return {
        "tags.conll": _lines(conll),
        "tags.conllu": _lines(conllu),
        "tags.jsonl": _lines([json.dumps({"tokens": words, "tags": ["X"] * len(words)}) for words in sentences]),
    }


def _others(pairs: list[tuple[str, str]]) -> dict[str, bytes]:
    dialogues = [[one, other, one[:5], other[:4]] for one, other in pairs[:15]]
    recipe = 'task = "translate"\n[model]\nlayers = 1\nwidth = 16\n[training]\nlearning_rate = 0.001\n'
    return {
        "text.txt": _lines([one for one, _ in pairs]),
        "dialogue.txt": _lines(["\n".join([*turns, ""]) for turns in dialogues]),
        "dialogue.jsonl": _lines([json.dumps({"turns": turns}) for turns in dialogues]),
        "captions.tsv": _lines(
            [f"im{k % 3}.{('png', 'jpg', 'gif')[k % 3]}\t{one}" for k, (one, _) in enumerate(pairs)]
        ),
        "recipe.toml": f'{recipe}[text]\nsource_units = "chars"\n'.encode(),
    }


def _series(rnd: Random) -> dict[str, bytes]:
    days = [(day, name, k) for k, name in enumerate("ab") for day in range(1, 29)]
    rows = [f"2020-01-{day:02d},{name},{math.sin(day + k):.4f},{day}" for day, name, k in days]
    vectors = [f"{rnd.random():.3f},{rnd.random():.3f},{k},{'u' if k % 2 else 'v'}" for k in range(40)]
    head = [
        "#c",
        "@problemName X",
        "@timeStamps false",
        "@univariate false",
        "@dimensions 2",
        "@classLabel true one two",
    ]
    numbers = [[",".join(f"{rnd.random():.3f}" for _ in range(4)) for _ in range(2)] for _ in range(30)]
    cases = [f"{':'.join(parts)}:{'one' if k % 2 else 'two'}" for k, parts in enumerate(numbers)]
    return {
        "series.csv": _lines(["time,id,y,x", *rows]),
        "number.csv": _lines(["y", *(f"{math.sin(day / 3):.4f}" for day in range(80))]),
        "vectors.csv": _lines(["a,b,c,label", *vectors]),
        "cases.ts": _lines([*head, "@data", *cases]),
    }


def _vectors(rnd: Random) -> dict[str, bytes]:
    """Vectors of words as GloVe, fastText and word2vec write them."""
    rows = [(word, [rnd.uniform(-1, 1) for _ in range(5)]) for word in (*WORDS, ". . .")]
    glove = _lines([" ".join([word, *(f"{number:.4f}" for number in row)]) for word, row in rows])
    binary = [word.replace(" ", "_").encode() + b" " + struct.pack("<5f", *row) + b"\n" for word, row in rows]
    head = f"{len(rows)} 5\n".encode()
    return {"vectors.glove": glove, "vectors.vec": head + glove, "vectors.bin": head + b"".join(binary)}


def _images(rnd: Random) -> dict[str, bytes]:
    files = {
        "images.idx": b"\0\0\x08\x03" + struct.pack(">III", 20, 4, 4) + rnd.randbytes(320),
        "labels.idx": b"\0\0\x08\x01" + struct.pack(">I", 20) + bytes(k % 2 for k in range(20)),
    }
    kinds = ["RGB png", "L png", "RGB jpg", "P gif", "RGB bmp", "RGBA webp", "RGB tiff", "L ppm", "I;16 png"]
    for k, kind in enumerate(kinds):
        mode, ending = kind.split()
        image = Image.frombytes(mode, (12, 9), rnd.randbytes({"RGB": 3, "RGBA": 4, "I;16": 2}.get(mode, 1) * 108))
        file = io.BytesIO()
        image.save(file, {"jpg": "JPEG"}.get(ending, ending.upper()))
        files[f"im{k}.{ending}"] = file.getvalue()
    return files
