"""Which names are locals: block scopes of one function.

Input: declarations and block ends in source order. Output: one `Local` per declaration; a name that the
function has declared before gets a number (``x@2``), so that two variables never share a Local.
"""

from __future__ import annotations

from analyzer.model.summary import Local, Variable


class Scopes:
    def __init__(self) -> None:
        self._scopes: list[dict[str, Local]] = [{}]
        self._counts: dict[str, int] = {}
        self.declared: list[Variable] = []

    def open(self) -> None:
        self._scopes.append({})

    def close(self) -> None:
        self._scopes.pop()

    def declare(self, variable: Variable, *, parameter: bool = False) -> Local:
        """A new variable; declared twice in one scope (both arms of an #if) it is one."""
        scope = self._scopes[-1]
        if variable.name in scope:
            return scope[variable.name]
        count = self._counts.get(variable.name, 0) + 1
        self._counts[variable.name] = count
        local = Local(variable.name if count == 1 else f"{variable.name}@{count}")
        scope[variable.name] = local
        if not parameter:
            self.declared.append(Variable(local.name, variable.type))
        return local

    def hide(self, name: str) -> None:
        """A declaration in this scope that is no variable (a prototype)."""
        self._scopes[-1].pop(name, None)

    def find(self, name: str) -> Local | None:
        if name not in self._counts:
            return None
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None
