"""Who listens: registrations of handlers in a tree, the events each acts on, and who is hit by a change.

| module | job |
|---|---|
| `source`, `code` | the texts of a tree; what of it was read, indexed and lowered |
| `found`, `members`, `registrations` | the calls that register, with handler and modes |
| `values`, `evaluate`, `acts` | each handler run once for each event: what it does then |
| `sights`, `reach`, `answers` | what a handler asks about the state, through all it calls |
| `listing`, `join` | the subscribers of a tree; those that a change hits |
"""
