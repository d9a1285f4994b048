"""Tells whether files are still the ones that an earlier run was trained on."""

import hashlib
import os


def fingerprint(*paths: str | None) -> str:
    """Return a short hash of sizes and modification times below `paths`; else of its name."""
    digest = hashlib.sha256()
    for path in filter(None, paths):
        digest.update(path.encode())
        files = [path] if os.path.isfile(path) else []
        for folder, subfolders, names in os.walk(path):
            subfolders.sort()
            files += [os.path.join(folder, name) for name in sorted(names)]
        for file in filter(os.path.isfile, files):  # a link may lead nowhere
            status = os.stat(file)
            digest.update(f"{os.path.relpath(file, path)}:{status.st_size}:{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]
