"""The lake as the script needs it: a few functions over keys; S3 or a folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from .options import LakeOptions


class Lake(Protocol):
    """Keys use `/` and never begin with it."""

    def now_ms(self) -> int:
        """The store's clock."""

    def locate(self, key: str) -> str:
        """Where an object is, as a part of a shard names it."""

    def read(self, key: str) -> bytes: ...

    def write(self, key: str, body: bytes) -> None:
        """Puts a small object, over a former one if there is one."""

    def create(self, key: str, path: Path) -> None:
        """Uploads a local file where no object is; raises `outside` where there is one."""

    def replace(self, key: str, path: Path) -> None:
        """Uploads a local file, over a former one if there is one."""

    def fetch(self, key: str, path: Path) -> None:
        """Brings an object to a local file."""

    def remove(self, prefix: str) -> None:
        """Deletes all objects below a prefix that ends in `/`."""


def open_lake(options: LakeOptions) -> Lake:
    """Imports lazily: a folder needs no SDK."""
    if options.url.startswith("s3://"):
        from .s3_lake import S3Lake  # noqa: PLC0415

        return S3Lake(options)
    from .folder_lake import FolderLake  # noqa: PLC0415

    return FolderLake(Path(options.url))


def create_all(lake: Lake, files: Iterable[tuple[str, Path]]) -> None:
    for key, path in files:
        lake.create(key, path)
        path.unlink()
