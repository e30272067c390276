"""Where a repository was cloned from, as a URI that tells nobody a password.

Input: a repository. Output: an absolute URI, or "" where there is none. A path on this machine is none: it
says nothing to those who read a report elsewhere.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from analyzer.snapshots.objects import Objects

_SCP = re.compile(r"(?:(?P<user>[\w.-]+)@)?(?P<host>[\w.-]{2,}):(?P<path>(?!/?/)[^\s\\]+)")
_SCHEMES = ("http", "https", "ssh", "git")


def origin_of(objects: Objects) -> str:
    """The URI of ``remote.origin.url``."""
    found = objects.git.run(("config", "--get", "remote.origin.url"), allowed=(0, 1))
    return clean(found.decode("utf-8", "replace").strip())


def clean(url: str) -> str:
    """`url` as an absolute URI without user and password; "" if it is none."""
    if "://" not in url:
        match = _SCP.fullmatch(url)
        url = f"ssh://{match['host']}/{match['path']}" if match else ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not re.fullmatch(r"[\w.-]+", host, re.ASCII):
        return ""
    return urlunsplit((parts.scheme, host + port, quote(parts.path, safe="/~"), "", ""))
