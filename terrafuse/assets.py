"""Browser assets from Python packages, so that the repository contains no third-party files."""

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
    """Find `plotly/plotly.min.js` in the plotly package, and no other file of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=str(PLOTLY))
        self.storage.prefix = "plotly"  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the path of the file, or an empty list, which means not found in Django."""
        if path != "plotly/plotly.min.js":
            return []
        path_on_disk = str(PLOTLY / "plotly.min.js")
        return [path_on_disk] if find_all or kwargs.get("all") else path_on_disk

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Return the one file for collectstatic."""
        return [("plotly.min.js", self.storage)]


class HashedManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package is not typed
    """Collect compressed files with a hash in their names, so that browsers can cache them forever.

    The imports of our own modules are rewritten, too. Other scripts are not: Django would search the whole
    graph library for imports, and it has none.
    """

    patterns = (
        *HashedFilesMixin.patterns,
        ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]  # noqa: SLF001
    )
