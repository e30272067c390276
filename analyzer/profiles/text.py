"""Reads the TOML files that people write: bounded, and as UTF-8.

Input: a path, or bytes from elsewhere. Output: text, or an `InputError` of one line with the mend. Not
modelled: other encodings.
"""

from __future__ import annotations

from pathlib import Path

from analyzer.model.unknown import InputError


def read_text(
    path: Path, name: str, what: str, most: int, *, mend: str = "check the path", it: str = "it"
) -> str:
    """The text of a file, which errors call `name`. It may have `most` bytes; `what` it is and the `mend`
    are said of one that has more, and to save `it` otherwise of one that is no UTF-8."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(most + 1)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise InputError(f"{name}: cannot be read ({reason}); check the path") from None
    return decoded(raw, name, what, most, mend=mend, it=it)


def decoded(raw: bytes, name: str, what: str, most: int, *, mend: str, it: str = "it") -> str:
    """Bytes as text, as in `read_text`."""
    if len(raw) > most:
        raise InputError(f"{name}: too large for {what}; {mend}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8 text; save {it} as UTF-8") from None
