"""Linux system calls that Python's `os` does not offer."""

import ctypes
import os
import select
import signal
import sys

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_NOATIME = 1024
MS_NODIRATIME = 2048
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MS_RELATIME = 1 << 21
MNT_DETACH = 2
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36

AVAILABLE = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if AVAILABLE else None


def _call(name: str, *arguments: object) -> None:
    result = getattr(_libc, name)(*arguments)
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Attach a file system or a directory, see the manual page mount in section 2.

    Raises:
        OSError: as the system says, with the target as file name.
    """
    try:
        _call(
            "mount",
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        )
    except OSError as error:
        raise OSError(error.errno, error.strerror, target) from None


def unmount_detached(target: str) -> None:
    """umount2(2) with MNT_DETACH."""
    _call("umount2", os.fsencode(target), MNT_DETACH)


def pivot_root(new_root: str, put_old: str) -> None:
    """Exchange the root of the file system for another."""
    _call("pivot_root", os.fsencode(new_root), os.fsencode(put_old))


def die_with_parent(lifeline: int) -> None:
    """End at once when the parent's thread has ended, and by SIGKILL when it ends later.

    Call it after the last change of user id, which takes the request back.

    Args:
        lifeline: of a pipe, the end to read from. The parent alone has the other one open, so that
            its end shows also from another process namespace, where every parent's id is 0.
    """
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    poll = select.poll()
    poll.register(lifeline)
    if poll.poll(0):
        os._exit(0)
    os.close(lifeline)


def gain_no_privileges() -> None:
    """Make set-user-id programs run without privileges from here on."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends."""
    _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
