"""The report of a check in words, line by line, for a terminal."""

from __future__ import annotations

from recurra.data.characters import JOINERS, CharacterCount, CharacterReport
from recurra.data.check import ColumnReport, Report, SideReport, ValidReport
from recurra.data.examples import WARNING
from recurra.data.unknown import HIGH_UNKNOWN, READ, WRITTEN, UnknownReport, lacking, remedy
from recurra.text.counted import counted, is_or_are
from recurra.text.visible import code_point, is_invisible, visible

SUSPICIOUS_SHOWN = 10
BECOMES = {"source": READ, "target": WRITTEN}


def report_lines(report: Report) -> list[str]:
    """Everything, what deserves attention marked with "warning:"."""
    lines = [f"{report.name}: {counted(report.pairs, 'pair')}"]
    lines += [f"  {note}" for note in [*report.notes, str(report.skipped)] if note]
    lines += [f"  {sentence}" for sentence in _repetitions(report)]
    for name, side in (("source", report.source), ("target", report.target)):
        lines += [f"{name}: {_units(side)}", *(f"  {sentence}" for sentence in _side(name, side))]
    if report.valid is not None:
        lines += [f"{report.valid.name}: {counted(report.valid.pairs, 'pair')}"]
        lines += [f"  {sentence}" for sentence in _valid(report.valid)]
    return lines


def report_warnings(report: Report) -> list[str]:
    """Only what deserves attention, without its mark."""
    lines = (line.strip() for line in report_lines(report))
    return [line.removeprefix(WARNING) for line in lines if line.startswith(WARNING)]


def _repetitions(report: Report) -> list[str]:
    found: list[str] = []
    if report.duplicates:
        share = report.duplicates / report.pairs
        found.append(f"{counted(report.duplicates, 'pair')} ({share:.1%}) {_verb(report.duplicates)} an earlier one")
    if report.ambiguous:
        many = f"{counted(report.ambiguous, 'source')} with more than one target"
        found.append(f"{many}: each of them is right, and a source counts once")
    return found


def _units(side: SideReport) -> str:
    return f"{side.units}, a vocabulary of {side.vocabulary:,}, normalization {side.normalization}"


def _side(name: str, side: SideReport) -> list[str]:
    lengths = side.lengths
    found = [side.reason if side.columns else f"because {side.reason}"] if side.reason else []
    found += [_column(number, column) for number, column in enumerate(side.columns, 1)]
    found.append(
        f"length in {'all columns' if side.columns else side.units}: median {lengths.median}, "
        f"90 % to {lengths.p90}, 95 % to {lengths.p95}, 99 % to {lengths.p99}, "
        f"longest {lengths.longest:,} (line {lengths.longest_line})"
    )
    if lengths.too_long:
        found.append(f"{WARNING}{lengths.too_long:,} longer than {side.limit:,} will be left out of training")
    if side.pieces is not None:
        found.append(f"{WARNING}{side.pieces.warning('texts')}")
    if side.unknown.unknown:
        mark = WARNING if side.unknown.share > HIGH_UNKNOWN else ""
        what = lacking(side.unknown, side.vocabulary, "pairs", BECOMES[name])
        found.append(
            f"{mark}{what}. {remedy(side.unknown, side.vocabulary, f'text.{name}_vocabulary', side.min_count)}"
        )
    return found + _characters(side.characters, side.normalization)


def _column(number: int, column: ColumnReport) -> str:
    lengths = column.lengths
    return (
        f"column {number}: {column.units}, a vocabulary of {column.vocabulary:,}, length median {lengths.median}, "
        f"longest {lengths.longest:,} (line {lengths.longest_line})"
    )


def _characters(characters: CharacterReport, normalization: str) -> list[str]:
    rare = ""
    if characters.rare:
        shown = " ".join(visible(one.character) for one in characters.first_rare)
        more = " ..." if characters.rare > len(characters.first_rare) else ""
        rare = f", {characters.rare:,} of them seen once or twice: {shown}{more}"
    found = [f"{counted(characters.alphabet, 'different character')}{rare}"]
    if characters.suspicious:
        named = [_named(one) for one in characters.suspicious[:SUSPICIOUS_SHOWN]]
        more = ", ..." if len(characters.suspicious) > SUSPICIOUS_SHOWN else ""
        mark = "" if all(one.character in JOINERS for one in characters.suspicious) else WARNING
        found.append(f"{mark}invisible or damaged characters: {', '.join(named)}{more}")
    if characters.garbled:
        garbled = 'what looks like UTF-8 that was read in another encoding ("Ã©" for "é")'
        found.append(f"{WARNING}{counted(characters.garbled, 'text')} with {garbled}")
    if characters.mixed:
        found.append(_spellings(characters, normalization))
    if characters.padded:
        found.append(f"{counted(characters.padded, 'text')} with white space at the beginning or end")
    return found


def _spellings(characters: CharacterReport, normalization: str) -> str:
    composed = f"{counted(characters.composed, 'text')} with composed letters (NFC)"
    seen = f"{composed}, {characters.decomposed:,} with decomposed (NFD)"
    if normalization == "none":
        return f"{WARNING}{seen}: the model takes them for different letters; set text.normalization to NFC"
    return f"{seen}: all are normalized to {normalization}"


def _valid(valid: ValidReport) -> list[str]:
    found = [str(valid.skipped)] if valid.skipped.count else []
    if valid.repeated:
        share = valid.repeated / valid.pairs
        found.append(
            f"{WARNING}{counted(valid.repeated, 'pair')} ({share:.1%}) of these {is_or_are(valid.repeated)} in the "
            "training data too: scores on them are too high"
        )
    if valid.known_sources:
        found.append(f"{counted(valid.known_sources, 'source')} of these in the training data with another target")
    return [*found, _unknown("source", valid.source), _unknown("target", valid.target)]


def _unknown(side: str, report: UnknownReport) -> str:
    if not report.unknown:
        return f"{side}: every one of the {counted(report.tokens, 'unit')} is in the vocabulary"
    which = ", ".join(f"{visible(token)} ({count:,})" for token, count in report.most_frequent)
    mark, units = WARNING if report.share > HIGH_UNKNOWN else "", counted(report.tokens, "unit")
    return (
        f"{mark}{side}: {report.unknown:,} of {units} ({report.share:.2%}) {is_or_are(report.unknown)} unknown: {which}"
    )


def _named(one: CharacterCount) -> str:
    shown = "" if is_invisible(one.character) else f"{one.character} "
    return f"{shown}{code_point(one.character)} ({one.count:,})"


def _verb(number: int) -> str:
    return "repeats" if number == 1 else "repeat"
