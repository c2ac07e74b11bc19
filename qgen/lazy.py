"""What a package offers is imported when it is first asked for, so that the commands start without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def offered(package: str, names: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """__getattr__ and __dir__ of a package that offers the `names` of each module."""
    modules = {name: module for module, some in names.items() for name in some.split()}

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return get, lambda: sorted(modules)
