"""Modules that are imported when something of them is asked for, not when somebody names them."""

import sys
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec


def import_when_asked(name: str) -> None:
    """Let ``import name`` cost nothing until an attribute of the module is used; do nothing if it is not installed."""
    parent, _, child = name.rpartition(".")
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    if parent:  # found there, it is not asked for its spec, which would load it
        setattr(import_module(parent), child, module)
