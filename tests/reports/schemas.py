"""What reviewdog and GitLab say of their input, as schemas that allow nothing else.

`published` gives the text that they publish themselves, where it lies beside this checkout.
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
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
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
