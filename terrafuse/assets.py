"""Browser assets that come out of Python packages, so that nothing third-party stands in the repository."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.storage import FileSystemStorage
from servestatic.storage import CompressedManifestStaticFilesStorage

PLOTLY = Path(plotly.__file__).parent / "package_data"


class PlotlyFinder(BaseFinder):
    """Find `plotly/plotly.min.js` as the plotly package ships it, and nothing else of that package."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=str(PLOTLY))
        self.storage.prefix = "plotly"  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the file's place on disk, or an empty list: Django's word for not found."""
        if path != "plotly/plotly.min.js":
            return []
        found = str(PLOTLY / "plotly.min.js")
        return [found] if find_all or kwargs.get("all") else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Return the one file for collectstatic."""
        return [("plotly.min.js", self.storage)]


class HashedManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package is not typed
    """Collect files under names that hold their hash, compressed ahead, so that browsers keep them for good.

    What our modules import from each other is hashed as well. Other people's scripts are left as they
    are: Django would look for imports in the whole graph library, which has none.
    """

    patterns = (
        *HashedFilesMixin.patterns,
        ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]  # noqa: SLF001
    )
