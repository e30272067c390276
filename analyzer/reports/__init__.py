"""The formats a report can be written in. Each is a pure function of the `Report`.

`FORMATS` names them; `render` writes one report, `join` puts those of several series into one text.
A new format is a module with a function from `Report` to text and one entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analyzer.model.report import Report
from analyzer.reports import (
    b4_check,
    dot,
    github,
    gitlab,
    html,
    json_format,
    mail,
    markdown,
    mermaid,
    patchwork,
    rdjson,
    sarif,
    terse,
    text,
)
from analyzer.reports.style import Style

Renderer = Callable[[Report, Style, tuple[str, ...]], str]
Joiner = Callable[[tuple[str, ...], int], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it is for, the file suffixes that ask for it, and how to write it."""

    name: str
    summary: str
    suffixes: tuple[str, ...]
    render: Renderer
    join: Joiner


def _plain(render: Callable[[Report, tuple[str, ...]], str]) -> Renderer:
    """A format that has no colours and no width."""
    return lambda report, _style, scenarios: render(report, scenarios)


def _line_by_line(texts: tuple[str, ...], _exit_status: int) -> str:
    return "".join(texts)


def _one_after_the_other(texts: tuple[str, ...], _exit_status: int) -> str:
    return "\n\n".join(texts)


_ALL = (
    Format("text", "tables side by side, for a terminal", (".txt",), text.render, _one_after_the_other),
    Format(
        "mail",
        "the lists as people write them on a mailing list",
        (".mail", ".eml"),
        _plain(mail.render),
        _one_after_the_other,
    ),
    Format(
        "markdown",
        "for a forge's comment or a wiki",
        (".md", ".markdown"),
        _plain(markdown.render),
        _one_after_the_other,
    ),
    Format(
        "html",
        "one page for a browser, with pictures; needs nothing else",
        (".html", ".htm"),
        _plain(html.render),
        html.join,
    ),
    Format(
        "json",
        "for machines; the schema is shipped",
        (".json",),
        _plain(json_format.render),
        json_format.join,
    ),
    Format(
        "sarif",
        "SARIF 2.1.0, for code scanning and editors",
        (".sarif",),
        _plain(sarif.render),
        sarif.join,
    ),
    Format(
        "terse",
        "one line a remark, as checkpatch writes them",
        (),
        _plain(terse.render),
        _line_by_line,
    ),
    Format(
        "rdjson",
        "for reviewdog, in one object",
        (".rdjson",),
        _plain(rdjson.render),
        rdjson.join,
    ),
    Format(
        "rdjsonl",
        "for reviewdog, one diagnostic a line",
        (".rdjsonl",),
        _plain(rdjson.render_lines),
        _line_by_line,
    ),
    Format(
        "github",
        "workflow commands, for annotations in GitHub Actions",
        (),
        _plain(github.render),
        _line_by_line,
    ),
    Format(
        "gitlab",
        "for GitLab's Code Quality",
        (),
        _plain(gitlab.render),
        gitlab.join,
    ),
    Format(
        "patchwork",
        "the fields of Patchwork's checks, for each patch",
        (),
        _plain(patchwork.render),
        patchwork.join,
    ),
    Format(
        "b4-check",
        "for b4 review, of the whole series; of one patch: the command b4-check",
        (),
        _plain(b4_check.render),
        b4_check.join,
    ),
    Format(
        "mermaid",
        "Markdown with a drawing of each scenario that changes, before and after",
        (".mmd",),
        _plain(mermaid.render),
        _one_after_the_other,
    ),
    Format(
        "dot",
        "the same drawings for Graphviz",
        (".dot", ".gv"),
        _plain(dot.render),
        _one_after_the_other,
    ),
)
FORMATS: Mapping[str, Format] = MappingProxyType({entry.name: entry for entry in _ALL})


def render(
    report: Report, name: str, *, colour: bool = False, width: int = 80, scenarios: tuple[str, ...] = ()
) -> str:
    """`report` in the format `name`; `scenarios` (ids or titles) restrict it, none means all."""
    return FORMATS[name].render(report, Style(colour, max(width, 24)), scenarios)


def join(texts: tuple[str, ...], name: str, exit_status: int) -> str:
    """The rendered reports of several series as one text; a single one stays as it is."""
    return texts[0] if len(texts) == 1 else FORMATS[name].join(texts, exit_status)
