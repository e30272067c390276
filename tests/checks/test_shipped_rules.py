"""The rules of the shipped profiles on fixtures/cases/shipped: broken where it is expected, clean beside it.

A case is the only file of a repository; a commit that changes nothing in it makes it a series.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzer import profiles
from analyzer.model.report import Finding, FindingKind
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from tests.repositories import commit, repository

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "shipped"
FILES = sorted(CASES.glob("*/*.c"))
Expected = set[tuple[int, str, str]]  # line, rule, violation


def expected(text: str) -> Expected:
    """What the comments of a case say."""
    found = set()
    for number, line in enumerate(text.splitlines(), 1):
        _, mark, said = line.partition("// expect:")
        for one in said.split(";") if mark else ():
            rule, _, violation = one.strip().partition(" ")
            found.add((number, rule, violation))
    return found


def told(findings: tuple[Finding, ...]) -> Expected:
    """What the findings say, at each of their causes."""
    return {
        (where.line, one.rule, one.violation)
        for one in findings
        for where in ([cause.where for cause in one.causes] or [one.where])
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_is_expected_is_found_there_and_nothing_else(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.match(r"// as (\S+)\n", text)
    assert named is not None
    tree = repository(tmp_path / "tree")
    commit(tree, {named[1]: text})
    commit(tree, {named[1]: f"{text}/* The end. */\n"})
    (report,) = analyse(Options(("HEAD~1..HEAD",), profile=file.parent.name, repo=str(tree), cache=False))
    assert told(report.findings) == expected(text)
    assert {(one.kind, one.status) for one in report.findings} == {(FindingKind.PREEXISTING, (1, 1))}
    assert (report.unknown, report.exit_status) == ((), 0)
    assert len({one.fingerprint for one in report.findings}) == len(report.findings)


@pytest.mark.parametrize("name", profiles.names())
def test_every_rule_of_a_profile_has_its_case(name: str) -> None:
    texts = [file.read_text(encoding="utf-8") for file in FILES if file.parent.name == name]
    assert {rule for text in texts for _, rule, _ in expected(text)} == {
        rule.name for rule in profiles.load(name).rules
    }
