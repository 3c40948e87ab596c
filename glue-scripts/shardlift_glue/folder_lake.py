"""A lake in a folder, in the form of `src/adapters/folder`: files are synced, then linked or renamed into place."""

import os
import shutil
import socket
import time
import uuid
from pathlib import Path

from .taken_error import build_taken_error

# Files in the making; never listed, never a key. The folder adapter removes what dead writers left there.
TEMPORARY = Path(".shardlift") / "temporary"


class FolderLake:
    def __init__(self, root: Path) -> None:
        self.root = root

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def locate(self, key: str) -> str:
        return str(self.root.absolute() / key)

    def read(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def write(self, key: str, body: bytes) -> None:
        made = self._new_path()
        made.write_bytes(body)
        self._sync(made)
        made.replace(self._place(key))

    def create(self, key: str, path: Path) -> None:
        made = self._stage(path)
        try:
            os.link(made, self._place(key))
        except FileExistsError as cause:
            raise build_taken_error(key) from cause
        finally:
            made.unlink()
        self._sync((self.root / key).parent)

    def replace(self, key: str, path: Path) -> None:
        self._stage(path).replace(self._place(key))

    def fetch(self, key: str, path: Path) -> None:
        """A link: what is put over the object later leaves this content alone."""
        link_or_copy(self.root / key, path)

    def remove(self, prefix: str) -> None:
        shutil.rmtree(self.root / prefix, ignore_errors=True)

    def _new_path(self) -> Path:
        folder = self.root / TEMPORARY
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{socket.gethostname()}.{os.getpid()}.{uuid.uuid4()}"

    def _stage(self, path: Path) -> Path:
        made = self._new_path()
        link_or_copy(path, made)
        self._sync(made)
        return made

    def _place(self, key: str) -> Path:
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _sync(self, path: Path) -> None:
        """A head must never name what a power cut can still take."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def link_or_copy(source: Path, target: Path) -> None:
    """Links cost nothing, but not every pair of folders is on one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
