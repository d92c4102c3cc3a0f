"""Which tests share a worker: those of one file, and files that share what takes long to make."""

from xdist.scheduler import LoadFileScheduling

SHARING = {
    "tests/integration/dbt": "brand",
    "tests/integration/offers": "brand",
    "tests/faults/chain": "brand",
}
"""Folders by the name of what their tests share."""


class LoadSharedScheduling(LoadFileScheduling):
    """One worker a file; the files that share a session's fixture go to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return SHARING.get(path.rpartition("/")[0], path)
