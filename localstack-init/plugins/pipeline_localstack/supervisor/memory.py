"""Resident memory of process trees.

Linux counts every page once for a tree (proportional set size); elsewhere `ps` gives the sum of
the processes' resident sizes.
"""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

_KIB = 1024


def memory_below(process: int) -> int:
    """Bytes resident in all descendants of a process.

    For a single descendant it is the most it ever had, as the kernel counted it: no peak between
    two looks is missed.
    """
    if sys.platform != "linux":
        return _memory_below_from_ps(process)
    processes = descendants(process)
    if len(processes) == 1:
        return peak_memory(processes[0])
    return sum(_proportional_memory(each) for each in processes)


def peak_memory(process: int) -> int:
    """The most bytes one process ever had resident, as the kernel counted them."""
    return _kib_field(Path(f"/proc/{process}/status"), b"VmHWM:")


def descendants(process: int) -> list[int]:
    """All children, their children and so on, parents first."""
    if sys.platform != "linux":
        parents = {pid: parent for pid, (parent, _) in _ps().items()}
        return _below(process, parents)
    found: list[int] = []
    waiting = [process]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def _children(process: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 - hot path, plain names suffice
    except OSError:
        return []
    children: list[int] = []
    for task in tasks:
        try:
            listing = Path(f"/proc/{process}/task/{task}/children").read_bytes()
        except OSError:
            continue
        children += (int(child) for child in listing.split())
    return children


def _proportional_memory(process: int) -> int:
    return _kib_field(Path(f"/proc/{process}/smaps_rollup"), b"Pss:")


def _kib_field(file: Path, name: bytes) -> int:
    # Bytes, because decoding would import a codec, which a sandbox may no longer have.
    try:
        content = file.read_bytes()
    except OSError:
        return 0
    _, found, rest = content.partition(name)
    return int(rest.split(maxsplit=1)[0]) * _KIB if found else 0


def _ps() -> dict[int, tuple[int, int]]:
    listing = subprocess.run(
        ["/bin/ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=False
    ).stdout
    rows = (line.split() for line in listing.splitlines())
    return {int(pid): (int(parent), int(rss) * _KIB) for pid, parent, rss in rows}


def _below(process: int, parents: dict[int, int]) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in parents.items():
        children[parent].append(pid)
    found: list[int] = []
    waiting = [process]
    while waiting:
        here = children[waiting.pop()]
        found += here
        waiting += here
    return found


def _memory_below_from_ps(process: int) -> int:
    table = _ps()
    tree = _below(process, {pid: parent for pid, (parent, _) in table.items()})
    return sum(table[each][1] for each in tree)
