"""A real IMAP server on this machine, as a plain process with a folder of its own; and what brings an account
from it into a local maildir."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 20.0  # seconds for the server to come up; it takes a tenth of one
PASSWORD = "secret"  # of every account


def program(name: str) -> str | None:
    """Where a program is; that of the server is where only root looks for it."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Account:
    """An account of the server, which makes it when it is first used, and keeps it in the maildir `mails`."""

    port: int
    mails: Path

    @contextmanager
    def talk(self) -> Iterator[imaplib.IMAP4]:
        """A connection that is logged in."""
        with imaplib.IMAP4("127.0.0.1", self.port) as made:
            ok(made.login(self.mails.name, PASSWORD))
            yield made

    def put(self, mails: Iterable[bytes], *, folder: str = "INBOX", flags: str = "") -> None:
        """Mails that some program delivers."""
        with self.talk() as talking:
            if folder != "INBOX" and not talking.list('""', folder)[1][0]:
                ok(talking.create(folder))
            for raw in mails:
                ok(talking.append(folder, flags, "", raw.replace(b"\n", b"\r\n")))


def ok(answer: tuple[str, object]) -> object:
    assert answer[0] == "OK", answer
    return answer[1]


@contextmanager
def serving() -> Iterator[Account]:
    """The server with an account, until the end of the block; others are made by their name. It does not work
    as root, who becomes somebody else for it."""
    dovecot = program("dovecot")
    assert dovecot is not None
    who = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    away = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="imap", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.chown(folder, who.pw_uid, who.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        written = folder / "dovecot.conf"
        written.write_text(configuration(folder, port, who))
        written.chmod(0o644)
        running = subprocess.Popen(
            [dovecot, "-F", "-c", str(written)],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **away,  # type: ignore[call-overload]
        )
        try:
            wait_for(port, running, folder / "log")
            yield Account(port, folder / "mails" / "first")
        finally:
            running.terminate()
            running.communicate(timeout=PATIENCE)


def wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            imaplib.IMAP4("127.0.0.1", port).logout()
            return
        except OSError:
            said = log.read_text() if log.exists() else ""
            assert running.poll() is None and time.monotonic() < end, said
            time.sleep(0.05)


def configuration(folder: Path, port: int, who: pwd.struct_passwd) -> str:
    """All in one folder, by one user, on this machine's own network."""
    group = grp.getgrgid(who.pw_gid).gr_name
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {who.pw_name}
default_internal_group = {group}
default_login_user = {who.pw_name}
first_valid_uid = 1
mail_location = maildir:{folder}/mails/%u
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={who.pw_uid} gid={who.pw_gid} home={folder}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def bring(account: Account, folder: Path) -> None:
    """Has mbsync bring the account into maildirs below `folder`."""
    folder.mkdir(exist_ok=True)
    written = folder.parent / "mbsyncrc"
    written.write_text(
        f"""
IMAPAccount far
Host 127.0.0.1
Port {account.port}
User {account.mails.name}
Pass {PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account far

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
SyncState *
"""
    )
    done = subprocess.run(
        ["mbsync", "--config", str(written), "--quiet", "all"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
