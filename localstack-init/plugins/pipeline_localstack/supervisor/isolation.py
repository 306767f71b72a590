"""A file system and process namespace of its own for a function, as Lambda's sandbox has.

As root the namespaces are made directly; an ordinary user gets them inside a user namespace. Where
the system allows neither (most containers, some hardened hosts) entering fails with OSError and
nothing has changed for anybody else.
"""

import os
from pathlib import Path

from pipeline_localstack.supervisor import linux
from pipeline_localstack.supervisor.launch import Mount, Sandbox

_DEVICES = ("null", "zero", "full", "random", "urandom")
_HOST_SYSTEM_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc")


def enter_namespaces() -> None:
    """Leave the host's namespaces; the next child is the first process of a new one.

    Raises:
        OSError: the system does not allow it.
    """
    flags = os.CLONE_NEWNS | os.CLONE_NEWPID | os.CLONE_NEWIPC
    if os.geteuid() == 0:
        os.unshare(flags)
        return
    user, group = os.geteuid(), os.getegid()
    os.unshare(flags | os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_bytes(b"deny")
    Path("/proc/self/uid_map").write_bytes(b"%d %d 1" % (user, user))
    Path("/proc/self/gid_map").write_bytes(b"%d %d 1" % (group, group))


def build_root(sandbox: Sandbox) -> None:
    """Replace the file system this process sees by the sandbox. Call it inside the namespaces.

    Raises:
        OSError: a mount was refused or a source does not exist.
    """
    root = Path(sandbox.mount_point)
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", str(root), "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=0755,size=4m")
    for name in _HOST_SYSTEM_DIRECTORIES:
        _share_system_directory(root, name)
    _create_devices(root)
    (root / "proc").mkdir()
    linux.mount("proc", str(root / "proc"), "proc", linux.MS_NOSUID | linux.MS_NODEV)
    for directory in sandbox.directories:
        _inside(root, directory).mkdir(parents=True, exist_ok=True)
    for item in sandbox.mounts:
        _bind(root, item)
    for link, target in sandbox.symlinks:
        _inside(root, link).parent.mkdir(parents=True, exist_ok=True)
        _inside(root, link).symlink_to(target)
    for path, content in sandbox.files:
        _inside(root, path).parent.mkdir(parents=True, exist_ok=True)
        _inside(root, path).write_text(content, encoding="utf-8")
    _make_it_the_root(root)


def _inside(root: Path, absolute: str) -> Path:
    return root / absolute.lstrip("/")


def _share_system_directory(root: Path, name: str) -> None:
    source = Path("/", name)
    if source.is_symlink():
        (root / name).symlink_to(source.readlink())
    elif source.is_dir():
        _bind(root, Mount(source=str(source), target=str(source)))


def _create_devices(root: Path) -> None:
    devices = root / "dev"
    devices.mkdir()
    for name in _DEVICES:
        (devices / name).touch()
        linux.mount(f"/dev/{name}", str(devices / name), None, linux.MS_BIND)
    (devices / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (devices / name).symlink_to(f"/proc/self/fd/{number}")


def _bind(root: Path, item: Mount) -> None:
    target = _inside(root, item.target)
    if Path(item.source).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    linux.mount(item.source, str(target), None, linux.MS_BIND | linux.MS_REC)
    flags = _kept_flags(target) | linux.MS_NOSUID | linux.MS_NODEV
    if not item.writable:
        flags |= linux.MS_RDONLY
    linux.mount("none", str(target), None, linux.MS_REMOUNT | linux.MS_BIND | flags)


def _kept_flags(path: Path) -> int:
    """Flags that a user namespace may not take off a mount it inherited (mount_namespaces(7))."""
    present = os.statvfs(path).f_flag
    pairs = (
        (os.ST_RDONLY, linux.MS_RDONLY),
        (os.ST_NOEXEC, linux.MS_NOEXEC),
        (os.ST_NOATIME, linux.MS_NOATIME),
        (os.ST_NODIRATIME, linux.MS_NODIRATIME),
        (os.ST_RELATIME, linux.MS_RELATIME),
    )
    return sum(mount_flag for present_flag, mount_flag in pairs if present & present_flag)


def _make_it_the_root(root: Path) -> None:
    linux.mount(
        "none",
        str(root),
        None,
        linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV,
    )
    os.chdir(root)
    # The old root is stacked below the new one and then dropped: see pivot_root(2), ".".
    linux.pivot_root(".", ".")
    linux.unmount_detached(".")
    os.chdir("/")
