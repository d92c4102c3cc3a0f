"""Where the landing zone is: a local folder, or a prefix of a bucket."""

import re
from pathlib import Path
from typing import Any, cast

from settings.config import ConfigError

_URL = re.compile(r"[a-z][a-z0-9+.-]*://")
READ_BLOCK_BYTES = 5 * 1024 * 1024
"""What one request reads: the least that S3 takes for the parts of an upload."""

_STORAGE_OPTIONS: dict[str, dict[str, Any]] = {"s3": {"default_block_size": READ_BLOCK_BYTES}}


def landing_location(text: str | None, default: Path) -> Path:
    """The folder of `C360_LANDING_DIR`, which may be an address such as `s3://bucket/prefix`.

    An address becomes a path of the same reading methods as `pathlib.Path`, so it is typed as one;
    its file system is `file_system`. Credentials, region and endpoint are the storage's own
    variables (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, ...).

    Raises:
        ConfigError: the address's protocol is unknown, or its library is not installed.
    """
    if not text or not _URL.match(text):
        return Path(text or default).expanduser().resolve()
    protocol = text.partition("://")[0]
    _check_protocol(protocol)
    from upath import UPath  # noqa: PLC0415 - local folders do without it

    return cast("Path", UPath(text.rstrip("/"), **_STORAGE_OPTIONS.get(protocol, {})))


def is_remote(path: Path) -> bool:
    """Whether the path lies on object storage."""
    return not isinstance(path, Path)


def file_system(path: Path) -> Any:  # noqa: ANN401 - fsspec has no types
    """The fsspec `AbstractFileSystem` of a remote path."""
    return cast("Any", path).fs


def _check_protocol(protocol: str) -> None:
    import fsspec  # noqa: PLC0415 - see above

    try:
        fsspec.get_filesystem_class(protocol)
    except ValueError:
        raise ConfigError(
            f"C360_LANDING_DIR: the protocol {protocol}:// is unknown; use a folder or s3://"
        ) from None
    except ImportError:
        raise ConfigError(
            f"C360_LANDING_DIR: {protocol}:// needs a library that is not installed; "
            "for s3:// install the extra `customer360[s3]`"
        ) from None
