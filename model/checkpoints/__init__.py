"""Bundles of trained weights, and the importer of the authors' released checkpoints."""

from model.checkpoints.bundle import (
    Bundle,
    BundleInfo,
    default_bundle_name,
    find_bundle,
    list_bundles,
    load_bundle,
    save_bundle,
)

__all__ = [
    "Bundle",
    "BundleInfo",
    "default_bundle_name",
    "find_bundle",
    "list_bundles",
    "load_bundle",
    "save_bundle",
]
