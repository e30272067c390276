"""The lifecycle engine: summaries and a profile in, sequences per scenario and changes per patch out.

`program` binds a stage's summaries to a profile; `machine` executes them abstractly; `explore` merges
equal states into a graph; `automaton` reads the sequences of a selection of runs off it; `lockstep` runs
two stages together on the same decisions and says what a patch changed. No domain is known here.
"""
