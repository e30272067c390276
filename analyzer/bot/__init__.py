"""The bot: it watches where mails arrive, and writes a reply to a series of which there is something to say.

Input: the path of a configuration (``docs/bot.md``). Output: mails in an outbox, lines for a log, an exit
status. It stands beside the command line, above the pipeline. Not modelled: replies to replies.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from analyzer.bot.apart import Apart
from analyzer.bot.configuration import read_policy
from analyzer.bot.judge import judge
from analyzer.bot.letterbox import sight
from analyzer.bot.outbox import Outbox
from analyzer.bot.rounds import Rounds
from analyzer.bot.state import State

__all__ = ["watch"]

TROUBLED = 3
READING_SECONDS = 20.0  # for one mail
READING_MEGABYTES = 1024


def watch(
    config: str, *, once: bool, resend: bool, say: Callable[[str], None], warn: Callable[[str], None]
) -> int:
    """Goes round until it is interrupted, or once; the exit status: 0, or 3 if something could not be done.

    `say` is told what was done, `warn` what could not be; with `resend` mails whose sending was interrupted
    are sent again. Raises `InputError` for what is wrong with the configuration.
    """
    policy = read_policy(config)
    own, bounds = policy.reply, policy.analysis
    reading = Apart(partial(sight, own=own.own, lists=own.lists), READING_SECONDS, READING_MEGABYTES)
    judging = Apart(judge, bounds.seconds, bounds.megabytes)
    with closing(State(policy.state)) as state, closing(reading), closing(judging):
        outbox = Outbox(policy.outbox)
        rounds = Rounds(policy, state, outbox, reading, judging, say, warn, time.time)
        rounds.begin(resend=resend)
        while True:
            try:
                rounds.round()
            except (OSError, sqlite3.Error) as wrong:  # a full disk, a folder taken away: both may pass
                rounds.troubled = True
                warn(f"could not go on, and begins again at the next look: {wrong}")
            if once:
                return TROUBLED if rounds.troubled else 0
            reading.close()
            judging.close()
            time.sleep(policy.pause)
