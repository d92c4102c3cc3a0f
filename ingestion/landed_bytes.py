"""The bytes of a landed file, from a folder or from object storage, through one door.

A failing network must never look like a damaged file, whose lines would be quarantined for ever:
what object storage raises becomes `Retryable` or `Fatal` here.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from settings.landing_location import READ_BLOCK_BYTES, file_system, is_remote
from warehouse.errors import Fatal, PipelineError, Retryable

_NOT_ALLOWED = {"NoCredentialsError", "PermissionError", "PartialCredentialsError"}
_BUFFER_BYTES = 1024 * 1024


def open_bytes(path: Path) -> io.BufferedIOBase:
    """The stored bytes (compressed ones as they are), in memory a block at a time.

    Raises:
        OSError: a local file cannot be opened or read.
        Retryable, Fatal: object storage is away, or refuses.
    """
    if not is_remote(path):
        return path.open("rb")
    with storage_errors(path):
        inner = file_system(path).open(
            path.path,  # type: ignore[attr-defined]
            "rb",
            block_size=READ_BLOCK_BYTES,
            cache_type="readahead",
        )
    return io.BufferedReader(_RemoteBytes(path, inner), _BUFFER_BYTES)


def stamp_of(path: Path) -> str | None:
    """What changes whenever an object is written anew; None for a file of a folder.

    A file's size and time could stay the same when it is written twice at once; an object's tag is
    made from its content.
    """
    if not is_remote(path):
        return None
    with storage_errors(path):
        info = path.stat().as_info()  # type: ignore[attr-defined]
    if not info.get("ETag"):
        return None
    return f"{info['ETag']} {info.get('size')} {info.get('LastModified')}"


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turns what object storage raises in the block into `Retryable` or `Fatal`."""
    try:
        yield
    except (PipelineError, GeneratorExit):
        raise
    except Exception as error:
        if not is_remote(path):
            raise
        name = type(error).__name__
        if name in _NOT_ALLOWED:
            raise Fatal(
                f"object storage refuses access to the landing zone ({name}); check the "
                "credentials (AWS_ACCESS_KEY_ID, ...) and the bucket's policy"
            ) from None
        raise Retryable(f"object storage could not be read now ({name})") from None


class _RemoteBytes(io.RawIOBase):
    """A remote file whose failures are ours."""

    def __init__(self, path: Path, inner: io.IOBase) -> None:
        self._path = path
        self._inner = inner

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        with storage_errors(self._path):
            data: bytes = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()
