"""What mails that are about to be sent are based on.

Job: find the commit that the first of them changes. Input: the repository, the files. Output: a commit, or
None where none of the likely ones has what the mails' index lines name. Likely are the commit that the mails
name, HEAD, and, as people send from a branch that has the patches already, the commit that many before HEAD
and where HEAD left the branch it follows. Not modelled: mails of several series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from analyzer import intake
from analyzer.model.series import Series
from analyzer.model.unknown import InputError
from analyzer.pipeline.repository import index_lines
from analyzer.snapshots.objects import Objects

_DIFF = re.compile(rb"^(?:diff --git |--- |content-transfer-encoding: *base64)", re.MULTILINE | re.IGNORECASE)


def holds_patch(mail: Path) -> bool:
    """Whether a diff may be in it; a letter alone is none of our business."""
    return _DIFF.search(mail.read_bytes()) is not None


def base_of_mails(objects: Objects, paths: Sequence[str]) -> str | None:
    """The full id of the commit that the series in these files begins on."""
    try:
        found = intake.read(paths)
    except InputError:  # which the analysis will say
        return None
    if len(found) != 1:
        return None
    (series,) = found
    wanted = index_lines(series)
    for commit in dict.fromkeys(filter(None, _likely(objects, series))):
        listing = objects.listing(commit, (), wanted.keys())
        if all(listing.get(path, "").startswith(blob) for path, blob in wanted.items()):
            return commit
    return None


def _likely(objects: Objects, series: Series) -> Iterator[str | None]:
    if series.base_commit:
        yield objects.found(series.base_commit)
    yield objects.found("HEAD")
    yield objects.found(f"HEAD~{len(series.patches)}")
    followed = objects.found("HEAD@{upstream}")
    if followed is not None:
        parted = objects.git.run(("merge-base", "HEAD", followed), allowed=(0, 1)).decode().split()
        yield parted[0] if parted else None
