"""What reviewdog and GitLab say of their input, as schemas of our own that allow nothing else.

They take less than those that are published: a field that is never written is refused, and one that always
is written is required. Checked everywhere: the output against these. Checked in CI besides: a validator of
reviewdog's format and a reader of Code Climate's read it (`from_npm`). Checked only where `schemas/` lies in
the folder beside the checkout: the published texts themselves (`published`), which no package carries. Not
checked by a test: reviewdog, which cannot be installed from PyPI, npm or Debian, and a GitLab server.
"""

from __future__ import annotations

import json
from typing import Any

from tests import real_trees

LINE = {"type": "integer", "minimum": 1}
_POSITION = {
    "type": "object",
    "required": ["line"],
    "additionalProperties": False,
    "properties": {"line": LINE},
}
_NAMED = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {"name": {"type": "string"}},
}
DIAGNOSTIC = {
    "type": "object",
    "required": ["message", "severity", "code"],
    "additionalProperties": False,
    "properties": {
        "message": {"type": "string", "minLength": 1},
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
        "source": _NAMED,
        "location": {
            "type": "object",
            "required": ["path"],
            "additionalProperties": False,
            "properties": {
                "path": {"type": "string", "minLength": 1},
                "range": {
                    "type": "object",
                    "required": ["start"],
                    "additionalProperties": False,
                    "properties": {"start": _POSITION},
                },
            },
        },
        "code": {
            "type": "object",
            "required": ["value"],
            "additionalProperties": False,
            "properties": {"value": {"type": "string"}},
        },
    },
}
DIAGNOSTICS = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {"source": _NAMED, "diagnostics": {"type": "array", "items": DIAGNOSTIC}},
}
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": [
            "type",
            "categories",
            "description",
            "check_name",
            "fingerprint",
            "severity",
            "location",
        ],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "issue"},
            "categories": {"const": ["Bug Risk"]},
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": LINE},
                    },
                },
            },
        },
    },
}


def published(name: str) -> Any:
    """A published schema: ``reviewdog/DiagnosticResult.json``, ``gitlab/codeclimate.json``."""
    return json.loads(real_trees.shared(f"schemas/{name}").read_text(encoding="utf-8"))
