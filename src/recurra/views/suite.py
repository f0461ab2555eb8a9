"""A suite as a table: what is right on short and on longer inputs, beside what theory says; and as a page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.text.counted import counted
from recurra.views.document import document
from recurra.views.html_table import html_table, scrolled
from recurra.views.plain_text import plain_text
from recurra.views.style import fragment
from recurra.views.suite_picture import suite_svg
from recurra.views.suite_records import SuiteCell, SuiteRecord, as_claimed, best_run, cell_of

WIDTH = 132  # of plain text
CAN, CANNOT, PARTS = "+", "-", "!"
STYLE = """.recurra svg.suite { display: block; }
.recurra svg.suite.narrow { display: none; max-width: 100%; }
@media (max-width: 700px) {
  .recurra .scroll:has(> svg.suite) { display: none; }
  .recurra svg.suite.narrow { display: block; }
}
"""
PAGE = f"{STYLE}.recurra .list td {{ overflow-wrap: break-word; }}\n"  # narrow pages scroll tables, and break no words


def suite_table(record: SuiteRecord) -> RenderableType:
    """The whole suite, for the terminal.

    Args:
        record: as `recurra compare --suite NAME --json` prints it.
    """
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    found.add_column("right %", no_wrap=True)
    for problem in record["problems"]:
        found.add_column(problem["title"].replace(" ", "\n").replace("-", "-\n"), justify="right", no_wrap=True)
    networks = record["networks"]
    for number, network in enumerate(networks):
        ends = number + 1 < len(networks) and networks[number + 1]["attention"] != network["attention"]
        cells = (cell_of(record, problem["name"], network["name"]) for problem in record["problems"])
        found.add_row(network["name"], *map(shown, cells), end_section=ends)
    found.add_row("chance", *(f"{problem['chance']:.0f}     " for problem in record["problems"]), style="dim")
    return Group(found, *(Text(line, style="dim") for line in lines(record)))


def shown(cell: SuiteCell) -> Text:
    """100 98 +: short inputs, longer ones, what theory says, and a ! where the measurement disagrees."""
    run = best_run(cell)
    if not cell["runs"]:
        return Text("")
    claim = (CAN if cell["can"] else CANNOT) + (" " if as_claimed(cell) else PARTS)
    if run is None:
        return Text(f"failed {claim}")
    numbers = (run["right"][0], run["longer"])
    text = " ".join(f"{'' if one is None else f'{one:.0f}':>3}" for one in numbers)
    style = "bold" if cell["verdict"] == "solved" else ""
    return Text(f"{text} {claim}", style=style if as_claimed(cell) else f"{style} yellow".strip())


def lines(record: SuiteRecord) -> list[str]:
    """What the numbers are, and where they disagree with theory."""
    (least, most), *longer = record["ranges"]
    rates = " and ".join(f"{rate:g}" for rate in dict.fromkeys(rate for rate, _ in record["tries"]))
    many = len(record["tries"])
    best = f"the best of up to {counted(many, 'run')} (learning rates {rates}), chosen on the longer inputs"
    found = [
        f"Percent correct on inputs of {least} to {most} units, the lengths that were trained on, and of "
        f"{longer[0][0]} to {longer[-1][1]}; {best if many > 1 else 'one run each'}.",
        f"{CAN} theory: solvable at every length; {CANNOT} not solvable; {PARTS} the measurement disagrees "
        f"(solved: {record['solved']:g} % or more).",
    ]
    return found + partings(record)


def partings(record: SuiteRecord) -> list[str]:
    """Where measurement and theory disagree: one line for all networks with the same claim about a problem."""
    found: list[str] = []
    apart = sorted((one for one in record["cells"] if not as_claimed(one)), key=lambda one: (one["problem"], said(one)))
    for (problem, (can, why, source)), same in groupby(apart, lambda one: (one["problem"], said(one))):
        claim = "some weights solve it" if can else "no weights solve it at every length"
        measured = ", ".join(f"{with_attention(one)} {longer_text(one)}" for one in same)
        title = next(one["title"] for one in record["problems"] if one["name"] == problem)
        found.append(f"{PARTS} {title}: {claim} ({why}; {source}), measured: {measured}")
    return found


def with_attention(cell: SuiteCell) -> str:
    """gru with attention: the name of a network in a list with commas."""
    return cell["network"].replace(", attention", " with attention")


def longer_text(cell: SuiteCell) -> str:
    """86 %"""
    run = best_run(cell)
    return "failed" if run is None or run["longer"] is None else f"{run['longer']:.0f} %"


def suite_text(record: SuiteRecord) -> str:
    """The same as plain text."""
    return plain_text(suite_table(record), WIDTH)


def suite_html(record: SuiteRecord) -> str:
    """The picture and the notes, as a fragment for a notebook."""
    return fragment(f"<style>{STYLE}</style>\n{body(record)}")


def suite_page(record: SuiteRecord) -> str:
    """A page of its own: the picture, every number, and every claim with its reason."""
    return document(f"{record['suite']}: {record['about']}", body(record) + claims(record), style=PAGE)


def body(record: SuiteRecord) -> str:
    """The picture, for wide and for narrow screens, and what stands below it."""
    notes = "".join(f'<p class="note">{escape(line)}</p>\n' for line in lines(record))
    wide = scrolled(record["suite"], suite_svg(record, alone=False))
    return f"{wide}{suite_svg(record, alone=False, narrow=True)}{notes}"


def claims(record: SuiteRecord) -> str:
    """Tables of the page: the problems, every number, and what theory says of each problem."""
    problems = html_table(
        "Problems",
        ("problem", "what is asked", "read", "wanted", "chance %"),
        ((one["title"], one["about"], *one["shown"], f"{one['chance']:.0f}") for one in record["problems"]),
    )
    spans = [f"{least}-{most}" for least, most in record["ranges"]]
    numbers = html_table(
        "Every run: right answers in percent by length",
        ("problem", "network", "learning rate", "seed", *spans, "steps", "seconds", "parameters"),
        rows(record),
    )
    return f"{problems}{claim_table(record)}{numbers}"


def rows(record: SuiteRecord) -> Iterable[tuple[str, ...]]:
    """A row for each run."""
    for cell in record["cells"]:
        for run in cell["runs"]:
            right = [f"{one:.1f}" if one is not None else "" for one in run["right"]] or [""] * len(record["ranges"])
            yield (
                cell["problem"], cell["network"], f"{run['rate']:g}", str(run["seed"]), *right,
                f"{run['steps']:,}", f"{run['seconds']:.0f}", f"{run['parameters']:,}",
            )  # fmt: skip


def claim_table(record: SuiteRecord) -> str:
    """What theory says, networks of which it says the same in one row."""
    found: list[tuple[str, ...]] = []
    for problem in record["problems"]:
        cells = [one for one in record["cells"] if one["problem"] == problem["name"]]
        ordered = sorted(cells, key=said)
        for (can, why, source), same in groupby(ordered, said):
            names = ", ".join(map(with_attention, same))
            found.append((problem["title"], names, "can" if can else "cannot", why, source))
    return html_table("What theory says", ("problem", "networks", "", "why", "source"), found)


def said(cell: SuiteCell) -> tuple[bool, str, str]:
    """The claim alone."""
    return cell["can"], cell["why"], cell["source"]
