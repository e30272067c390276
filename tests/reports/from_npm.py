"""Programs of others that read the formats, as npm has them: what each makes of a text.

`.ci/run` installs them as `package.json` beside this file pins them; elsewhere ANALYZE_SERIES_NPM names the
folder in which ``npm install`` did. Where there is none, or no node or java, the test is skipped and says so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

PINNED: dict[str, str] = json.loads((Path(__file__).parent / "package.json").read_text("utf-8"))[
    "dependencies"
]
_MERMAID = """
import { JSDOM } from 'jsdom'; import fs from 'fs';
const dom = new JSDOM(''); globalThis.window = dom.window; globalThis.document = dom.window.document;
const mermaid = (await import('mermaid')).default;
mermaid.initialize({ startOnLoad: false });
const found = [];
for (const text of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    await mermaid.parse(text);
    found.push((await mermaid.mermaidAPI.getDiagramFromText(text)).db.getEdges().length);
}
process.stdout.write(JSON.stringify(found));
"""
_RDFORMAT = """
import { RDFormatValidator } from '@umbrelladocs/rdformat-validator'; import fs from 'fs';
const reader = new RDFormatValidator({ strictMode: true, allowExtraFields: false });
const found = [];
for (const text of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    const { valid, errors } = await reader.validateString(text);
    found.push(valid ? [] : errors.map(error => `${error.path}: ${error.message}`));
}
process.stdout.write(JSON.stringify(found));
"""
_CODE_CLIMATE = """
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import shadow.se.bjurr.violations.lib.ViolationsLogger;
import shadow.se.bjurr.violations.lib.model.Violation;
import shadow.se.bjurr.violations.lib.parsers.CodeClimateParser;

class Read {
    public static void main(String[] none) throws Exception {
        String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        ViolationsLogger quiet = new ViolationsLogger() {
            public void log(java.util.logging.Level level, String said) {}
            public void log(java.util.logging.Level level, String said, Throwable cause) {}
        };
        for (Violation one : new CodeClimateParser().parseReportOutput(text, quiet))
            out.println(String.join("\\t", one.getSeverity().name(), one.getFile(), "" + one.getStartLine(),
                one.getRule(), one.getMessage()));
    }
}
"""


def mermaid(diagrams: Sequence[str]) -> list[int]:
    """How many edges Mermaid reads in each diagram; it raises what is wrong with one."""
    read: list[int] = _node("mermaid", _MERMAID, diagrams)
    return read


def rdformat(texts: Sequence[str]) -> list[list[str]]:
    """What a strict validator of reviewdog's format has to say against each object."""
    read: list[list[str]] = _node("@umbrelladocs/rdformat-validator", _RDFORMAT, texts)
    return read


def code_climate(text: str, tmp_path: Path) -> list[tuple[str, str, int, str, str]]:
    """The issues that the violations library reads: severity, file, line, rule and message."""
    name = "violation-comments-to-github-command-line"
    jar = _folder(name) / "node_modules" / name / "build" / "libs" / f"{name}-{PINNED[name]}.jar"
    java = shutil.which("java")
    if java is None or shutil.which("javac") is None:
        pytest.skip("there is no JDK")
    source = tmp_path / "Read.java"
    source.write_text(_CODE_CLIMATE, encoding="utf-8")
    said = _run([java, "-Dfile.encoding=UTF-8", "-cp", str(jar), str(source)], text, tmp_path)
    rows = (line.split("\t") for line in said.splitlines())
    return [(weight, file, int(line), rule, message) for weight, file, line, rule, message in rows]


def _node(package: str, script: str, given: Sequence[str]) -> Any:
    folder, node = _folder(package), shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    # what a script of its command line imports is looked for from the current folder on
    return json.loads(_run([node, "--input-type=module", "-e", script], json.dumps(given), folder))


def _folder(package: str) -> Path:
    """The folder where npm put the package."""
    named = os.environ.get("ANALYZE_SERIES_NPM", "")
    if not named or not (Path(named) / "node_modules" / package).is_dir():
        pytest.skip(f"ANALYZE_SERIES_NPM names no folder with the npm package {package}")
    return Path(named)


def _run(command: list[str], text: str, folder: Path) -> str:
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, cwd=folder, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8")
