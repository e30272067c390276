"""Keep what `extents` found in a text for those who ask again: where its chunks are, not its plain text.

A run indexes a file and then lowers some of its functions, often in another order of files; cutting the
text a second time would cost as much as the first. What is kept is small, and bounded.
"""

from __future__ import annotations

from hashlib import blake2b

from analyzer.cfront.extents import Chunk, Outline, outline
from analyzer.model.summary import Dialect

_MOST = 256  # files
_kept: dict[tuple[bytes, Dialect], tuple[Chunk, ...]] = {}


def outlined(text: str, dialect: Dialect) -> Outline:
    """The outline of a text; its chunks are kept."""
    found = outline(text, dialect)
    _keep(_key(text, dialect), found.chunks)
    return found


def chunks_of(text: str, dialect: Dialect) -> tuple[Chunk, ...]:
    """The chunks of a text, from the last time it was cut if that is not long ago."""
    key = _key(text, dialect)
    chunks = _kept.pop(key, None)
    if chunks is None:
        chunks = outline(text, dialect).chunks
    _keep(key, chunks)
    return chunks


def _key(text: str, dialect: Dialect) -> tuple[bytes, Dialect]:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), dialect


def _keep(key: tuple[bytes, Dialect], chunks: tuple[Chunk, ...]) -> None:
    _kept[key] = chunks
    if len(_kept) > _MOST:
        del _kept[next(iter(_kept))]
