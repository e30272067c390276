"""The bot at work: a round reads what has come, judges what is whole, and puts replies into the outbox.

Input: a policy, an open state, an outbox; functions that read a mail and judge a series, which may raise
`Failed`. Output: changes of the state and the outbox; lines for a log. After each step the state is on the
disk, so that a round may be cut off anywhere and begun again. Not modelled: two rounds at a time.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time

from analyzer.bot.apart import Failed
from analyzer.bot.gather import Candidate, candidates, completed
from analyzer.bot.judge import Judgement, Task
from analyzer.bot.letter import written
from analyzer.bot.letterbox import MORE, Sight
from analyzer.bot.maintainers import maintainers_of, read_maintainers
from analyzer.bot.outbox import Outbox
from analyzer.bot.policy import Policy, matches
from analyzer.bot.reading import Reader
from analyzer.bot.sending import Sender, send_due, take_stock
from analyzer.bot.state import Attempt, Reply, State
from analyzer.model.unknown import InputError

Say = Callable[[str], None]

_HOUR = 3600.0
_DAY = 86400.0
_MOST_OF_SENDER = 1000  # mails that wait or may be other versions
_MOST_BEGUN = 100  # times that an analysis was begun and never came to its end
_PATIENCE = 600.0  # seconds before a failed analysis is tried again, twice as long each time
_REMEMBERED = 60 * _DAY
_TEXTS_KEPT = 14 * _DAY


class Rounds:
    """The rounds of one bot. `troubled` says that something could not be done."""

    def __init__(
        self,
        policy: Policy,
        state: State,
        outbox: Outbox,
        reading: Callable[[bytes], Sight],
        judging: Callable[[Task], Judgement],
        say: Say,
        warn: Say,
        now: Callable[[], float],
    ) -> None:
        self._policy, self._state, self._outbox = policy, state, outbox
        self._judging = judging
        self._say, self._warn, self._now = say, warn, now
        self._resting: dict[str, tuple[int, float]] = {}  # sender -> newest mail, when something is due
        self._forgot = 0.0
        self._held: set[str] = set()
        self._told: set[str] = set()  # series of which it was said that they wait
        self._work = policy.state.with_name(f"{policy.state.name}.work")
        self._reader = Reader(policy, state, reading, say, self._trouble, now)
        self.troubled = False

    def begin(self, *, resend: bool) -> None:
        """Takes stock of what an earlier bot left; with `resend` what was interrupted is sent again."""
        take_stock(self._state, resend=resend, warn=self._trouble)

    def round(self) -> None:
        """Everything that can be done now."""
        self.deliver()
        self._reader.read()
        while self._judge_one():
            self.deliver()
            self._reader.read()
        if self._now() - self._forgot > _HOUR:
            self._forgot = self._now()
            with self._state.change():
                self._state.forget(self._forgot - _REMEMBERED, self._forgot - _TEXTS_KEPT)

    # The outbox

    def deliver(self) -> None:
        """Puts the replies that are composed into the outbox, as many as may go in an hour, and sends them if
        the policy says so."""
        most = self._policy.reply.mails_per_hour
        for reply in self._state.replies("draft", "composed", "staged"):
            now = self._now()
            if reply.draft == "composed":
                unwanted = self._unwanted(reply)
                if unwanted:
                    with self._state.change():
                        self._state.withhold(reply.message_id, unwanted)
                    self._say(f"the reply to <{reply.answers}> is not written: {unwanted}")
                    continue
                if self._is_held(reply):
                    continue
                if self._state.drafted_since(now - _HOUR) >= most:
                    if reply.message_id not in self._held:
                        self._held.add(reply.message_id)
                        self._say(f"the reply to <{reply.answers}> waits: {most} mails an hour may go")
                    continue
            path = self._outbox.deliver(reply, self._state, now)
            self._say(f"the reply to <{reply.answers}> is in {path}")
        smtp = self._policy.smtp
        if smtp is not None:
            by = Sender(smtp, self._policy.reply.own, most, self._unwanted, self._is_held)
            good = send_due(by, self._state, self._now(), self._say, self._warn)
            self.troubled = self.troubled or not good

    def _parts(self, reply: Reply) -> tuple[Candidate, ...]:
        """What a reply that was made is about, sender by sender."""
        senders = dict.fromkeys(mail.heading.sender for mail in self._state.of_reply(reply.message_id))
        every = (candidates(self._state.of_sender(sender, _MOST_OF_SENDER)) for sender in senders)
        return tuple(one for one in itertools.chain(*every) if one.reply == reply.message_id)

    def _is_held(self, reply: Reply) -> bool:
        """Whether an embargo that was written since keeps a reply back."""
        return any(self._embargoed(one, self._now()) for one in self._parts(reply))

    def _unwanted(self, reply: Reply) -> str:
        """What has come to be in the way of a reply that was made and has not gone yet, or ""."""
        return next(filter(None, map(self._barred, self._parts(reply))), "")

    # Judging

    def _judge_one(self) -> bool:
        """Judges the first series that is due; False if there is none."""
        newest = self._state.newest()
        for sender in self._state.waiting():
            now = self._now()
            known, due = self._resting.get(sender, (0, 0.0))
            if known == newest and now < due:
                continue
            kept = self._state.of_sender(sender, _MOST_OF_SENDER)
            if len(kept) == _MOST_OF_SENDER:
                with self._state.change():
                    left = self._state.settle_before(sender, kept[0].id, "too many mails of one sender")
                if left:
                    self._trouble(f"{sender}: {left} mails are left aside: they are too many at a time")
            every = candidates(kept)
            next_due = now + _DAY
            for one in every:
                if not one.open:
                    continue
                if one.total > 1 and not (one.whole and one.cover):
                    one = completed(
                        one, self._state.of_thread(one.root, self._policy.series.most_patches * 2)
                    )
                hidden = self._embargoed(one, now)
                refused = self._refused(one, every, now, hidden)
                if refused:
                    self._settle(one, refused, silent=hidden)
                    continue
                attempt = self._state.attempt(one.key)
                when = max(one.due(self._policy.series), attempt.due)
                if when > now or hidden:
                    if not hidden and one.key not in self._told:
                        self._told.add(one.key)
                        self._say(f"{one.title}: {_waits_for(one, attempt)}")
                    next_due = min(next_due, max(when, now + 1))
                    continue
                self._judge(one, attempt)
                return True
            self._resting[sender] = (newest, next_due)
        return False

    def _refused(self, one: Candidate, every: Iterable[Candidate], now: float, hidden: bool) -> str:
        """Why a series is not looked at, or ""; `hidden` tells that it is under an embargo."""
        policy, state = self._policy, self._state
        if one.reply:
            return "answered before"
        barred = self._barred(one)
        if barred:
            return barred
        most_age = policy.series.most_age
        if most_age and not hidden and max(one.dated(now), self._free_since(one)) < now - most_age:
            return "too old (max_age_days)"
        if max(one.total, len(one.patches)) > policy.series.most_patches:
            return f"more than {policy.series.most_patches} patches (most_patches)"
        if state.in_thread(one.root) >= policy.reply.replies_per_thread:
            return "enough was said in its thread (replies_per_thread)"
        titles = {mail.heading.subject.title for mail in one.patches}
        for other in every:
            again = other is not one and other.version == one.version and other.reply
            if again and titles == {mail.heading.subject.title for mail in other.patches}:
                return "sent again, and answered then"
        return ""

    def _barred(self, one: Candidate) -> str:
        """Why no reply to a series is wanted, which may turn out until the reply has gone, or ""."""
        if one.newer:
            return f"superseded by v{one.newer}"
        if not all(map(self._policy.reply.may_answer, one.senders)):
            return "its author may not be answered (allow, deny)"
        return "mute" if self._muted(one) else ""

    def _muted(self, one: Candidate) -> bool:
        state, mute = self._state, self._policy.mute
        threads = {
            one.root,
            *(link for mail in one.mails for link in (mail.message_id, *mail.heading.references)),
        }
        return (
            any(state.is_mute(sender) or matches(sender, mute.authors) for sender in one.senders)
            or bool(threads & set(mute.threads))
            or any(matches(title, mute.titles) for title in one.titles)
        )

    def _embargoed(self, one: Candidate, now: float) -> bool:
        today = date.fromtimestamp(now)
        return any(last is None or last >= today for last in self._embargoes(one))

    def _free_since(self, one: Candidate) -> float:
        """When the last embargo on a series ended, or 0."""
        ends = [last for last in self._embargoes(one) if last is not None]
        return max((datetime.combine(last, time.max).timestamp() for last in ends), default=0.0)

    def _embargoes(self, one: Candidate) -> Iterator[date | None]:
        """The last days of the embargoes that a series falls under; None is for ever."""
        for embargo in self._policy.embargoes:
            if (
                any(matches(sender, embargo.authors) for sender in one.senders)
                or any(matches(title, embargo.titles) for title in one.titles)
                or any(path == MORE or matches(path, embargo.paths) for path in one.paths if embargo.paths)
            ):
                yield embargo.until

    def _judge(self, one: Candidate, attempt: Attempt) -> None:
        if attempt.begun >= _MOST_BEGUN:
            self._give_up(one, f"it was begun {attempt.begun} times and never came to an end")
            return
        mails = []
        for at, mail in enumerate(one.patches, 1):
            number = mail.heading.number if mail.heading.number > 0 else at
            mails.append((number, mail.message_id, self._state.raw(mail.id)))
        if one.cover:
            mails.insert(0, (0, one.cover.message_id, self._state.raw(one.cover.id)))
        if not all(raw for _, _, raw in mails):
            self._settle(one, "its other mails are not kept any more")
            return
        begun = replace(attempt, begun=attempt.begun + 1)
        with self._state.change():
            self._state.set_attempt(one.key, begun)
        try:
            judgement = self._apart(tuple(mails))
        except Failed as why:
            self._failed(one, begun, str(why))
            return
        if judgement.text:
            try:
                self._answer(one, judgement)
            except ValueError as why:  # a part of the reply that may not stand in a mail
                self._give_up(one, str(why))
        else:
            self._settle(one, judgement.why)

    def _apart(self, mails: tuple[tuple[int, str, bytes], ...]) -> Judgement:
        policy = self._policy
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        folder = tempfile.mkdtemp(dir=self._work)
        try:
            return self._judging(Task(mails, folder, policy.reply, policy.analysis))
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _failed(self, one: Candidate, begun: Attempt, why: str) -> None:
        failed = begun.failed + 1
        if failed >= self._policy.analysis.attempts:
            self._give_up(one, why)
            return
        due = self._now() + _PATIENCE * 2 ** (failed - 1)
        with self._state.change():
            self._state.set_attempt(one.key, replace(begun, begun=0, failed=failed, due=due, why=why))
        self._resting.pop(one.sender, None)
        self._trouble(f"{one.title}: could not be analysed ({why}); it is tried again later")

    def _give_up(self, one: Candidate, why: str) -> None:
        self.troubled = True
        with self._state.change():
            self._state.settle((mail.id for mail in one.mails), f"given up: {why}")
            self._state.drop_attempt(one.key)
        self._warn(f"{one.title}: given up: {why}")

    def _settle(self, one: Candidate, outcome: str, *, silent: bool = False) -> None:
        with self._state.change():
            self._state.settle((mail.id for mail in one.mails if not mail.outcome), outcome, one.reply)
            self._state.drop_attempt(one.key)
        if not silent:
            self._say(f"{one.title}: {outcome}")

    def _answer(self, one: Candidate, judgement: Judgement) -> None:
        """Composes the reply; what it is made of is settled in the same change."""
        policy = self._policy.reply
        target = next(mail for mail in one.mails if mail.message_id == judgement.answers)
        said = "\0".join((policy.own, str(one.version), one.patches[0].message_id))
        digest = hashlib.sha256(said.encode()).hexdigest()[:40]
        message_id = f"analyze-series.{digest}@{policy.own.rpartition('@')[2]}"
        to = target.heading.sender
        cc = self._cc(one, to)
        eml = written(
            sender=(policy.own_name, policy.own),
            to=to,
            cc=cc,
            subject=judgement.subject,
            message_id=message_id,
            answers=target.message_id,
            references=target.heading.references,
            text=judgement.text,
            now=self._now(),
        )
        sending = "due" if self._policy.smtp else "no"
        reply = Reply(
            message_id, f"{digest}.eml", target.message_id, one.root, (to, *cc), eml, sending=sending
        )
        with self._state.change():
            self._state.compose(reply)
            self._state.settle((mail.id for mail in one.mails), "answered", message_id)
            self._state.drop_attempt(one.key)
        self._say(f"{one.title}: is answered")

    def _cc(self, one: Candidate, to: str) -> tuple[str, ...]:
        """Who else gets the reply."""
        policy = self._policy.reply
        found = [*one.senders[: policy.most_cc], *policy.cc]
        if policy.maintainers is not None:
            try:
                known = read_maintainers(policy.maintainers)
            except InputError as wrong:
                self._trouble(f"nobody is put into Cc: {wrong}")
            else:
                found += maintainers_of(known, one.paths, policy.roles)[: policy.most_cc]
        away = {to, policy.own}
        return tuple(
            address
            for address in dict.fromkeys(found)
            if address not in away
            and not matches(address, policy.deny)
            and not matches(address, self._policy.mute.authors)
            and not self._state.is_mute(address)
        )

    def _trouble(self, what: str) -> None:
        self.troubled = True
        self._warn(what)


def _waits_for(one: Candidate, attempt: Attempt) -> str:
    """What a series waits for, in words."""
    if attempt.why:
        return f"waits for another attempt ({attempt.why})"
    if one.whole:
        return "waits for its cover letter"
    have = {mail.heading.number for mail in one.patches}
    missing = [str(number) for number in range(1, one.total + 1) if number not in have]
    return f"waits for patch {missing[0]}{' and more' if len(missing) > 1 else ''} of {one.total}"
