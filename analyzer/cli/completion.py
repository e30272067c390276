"""Completion scripts for shells, made from the same grammar as the parser.

Input: a shell's name. Output: a script to load. Profile names are asked of the program when needed.
Not modelled: completion of scenario names (they depend on the profile the patches turn out to need).
"""

from __future__ import annotations

from analyzer.cli.grammar import ANALYSE, COMMANDS, PROGRAM, Command, Option

_PROFILES = f"{PROGRAM} profile list 2>/dev/null | cut -d ' ' -f 1"
_NAMES = " ".join(command.name for command in COMMANDS if command.name)


def script(shell: str) -> str:
    """The script for ``bash``, ``zsh`` or ``fish``."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _options() -> tuple[Option, ...]:
    return tuple(dict.fromkeys(option for command in COMMANDS for option in command.options))


def _flags(command: Command) -> str:
    return " ".join(flag for option in command.options for flag in option.flags)


def _bash() -> str:
    lines = [
        f"# {PROGRAM} completion for bash: source <({PROGRAM} completion bash)",
        "_analyze_series_files() {",  # names may hold blanks
        "    local IFS=$'\\n'",
        '    COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))',
        "}",
        "_analyze_series() {",
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}",
        '    local word command="" operands="" flags',
        "    COMPREPLY=()",
        "    case $previous in",
    ]
    for option in _options():
        if not option.value:
            continue
        words = " ".join(option.choices)
        if option.offers == "profile":
            words = f"$({_PROFILES})"
        reply = f'COMPREPLY=($(compgen -W "{words}" -- "$current"))' if words else ":"
        files = "; _analyze_series_files" if option.offers else ""
        lines.append(f"        {'|'.join(option.flags)}) {reply}{files}; return ;;")
    lines += [
        "    esac",
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        "        case $word in",
        f"            {_NAMES.replace(' ', '|')}) command=$word; break ;;",
        "        esac",
        "    done",
        "    case $command in",
    ]
    for command in COMMANDS:
        pattern = command.name or "*"
        operands = " ".join(command.operands) if command.name else _NAMES
        if command is not ANALYSE:
            lines.append(f"        {pattern}) flags='{_flags(command)}' operands='{operands}' ;;")
    lines += [
        f"        *) flags='{_flags(ANALYSE)}' operands='{_NAMES}' ;;",
        "    esac",
        "    case $current in",
        '        -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;',
        '        *) COMPREPLY=($(compgen -W "$operands" -- "$current")); _analyze_series_files ;;',
        "    esac",
        "}",
        f"complete -o filenames -F _analyze_series {PROGRAM}",
    ]
    return "\n".join(lines) + "\n"


def _zsh() -> str:
    lines = [
        f"#compdef {PROGRAM}",
        f"# {PROGRAM} completion for zsh: source <({PROGRAM} completion zsh)",
        f"_analyze_series_profiles() {{ compadd $({_PROFILES}) }}",
        f"_analyze_series_first() {{ _alternative 'commands:command:({_NAMES})' 'files:file:_files' }}",
        "_analyze_series() {",
        "    local name=${words[2]}",
        "    case $name in",
    ]
    for command in (*COMMANDS[1:], ANALYSE):
        files = "'*:file:_files'"
        operands = " ".join(command.operands or ())
        first = f"'2:what:({operands})'" if operands else ""
        if command is ANALYSE:
            first = (
                f'\'1:command or file:{{_alternative "commands:command:({_NAMES})" "files:file:_files"}}\''
            )
        specs = [_zsh_option(option) for option in command.options]
        specs += [part for part in (first, files if command.takes_files else "") if part]
        lines.append(f"        {command.name or '*'})")
        lines.append("            _arguments \\")
        lines += [f"                {spec} \\" for spec in specs[:-1]]
        lines += [f"                {specs[-1]} ;;"]
    lines += ["    esac", "}", f"compdef _analyze_series {PROGRAM}"]
    return "\n".join(lines) + "\n"


def _zsh_option(option: Option) -> str:
    said = _quiet(option.summary).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    values = f"({' '.join(option.choices)})"
    if option.offers == "profile":
        values = f"{{compadd $({_PROFILES.replace(chr(39), chr(34))})}}"
    elif option.offers == "file":
        values = "_files"
    elif not option.choices:
        values = " "
    value = f":{option.value}:{values}" if option.value else ""
    return " ".join(f"'*{flag}[{said}]{value}'" for flag in option.flags)


def _fish() -> str:
    lines = [f"# {PROGRAM} completion for fish: {PROGRAM} completion fish | source"]
    for command in COMMANDS:
        when = "__fish_use_subcommand" if not command.name else f"__fish_seen_subcommand_from {command.name}"
        if command.name:
            said = f"-a {command.name} -d '{_quiet(command.summary)}'"
            lines.append(f"complete -c {PROGRAM} -n __fish_use_subcommand {said}")
        if command.operands:
            lines.append(f"complete -c {PROGRAM} -n '{when}' -f -a '{' '.join(command.operands)}'")
        seen = f"not __fish_seen_subcommand_from {_NAMES}" if not command.name else when
        lines += [_fish_option(option, seen) for option in command.options]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option, when: str) -> str:
    flags = "".join(f" -l {f[2:]}" if f.startswith("--") else f" -s {f[1:]}" for f in option.flags)
    value = ""
    if option.offers == "profile":
        value = f' -x -a "({_PROFILES})"'
    elif option.offers == "file":
        value = " -r -F"
    elif option.value:
        value = f" -x -a '{' '.join(option.choices)}'"
    return f"complete -c {PROGRAM} -n '{when}'{flags}{value} -d '{_quiet(option.summary)}'"


def _quiet(text: str) -> str:
    """`text` for single quotes in a shell."""
    return text.replace("'", "").replace("`", "").replace("\\", "")
