"""What this machine has, what is missing, and what that costs."""

import importlib.metadata
import platform
import re
import shutil
from typing import Any

from medrnn.config import ROOT


def _versions() -> dict[str, str]:
    names = re.findall(r"^([A-Za-z0-9_-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def examine() -> dict[str, Any]:
    """Versions, devices, cuDNN, decoders found, and a sentence for each thing that is missing."""
    import torch

    from medrnn.imaging.dicom.codecs import list_decoders
    from medrnn.models.catalog import list_cards
    from medrnn.models.devices import list_devices

    versions, missing = _versions(), []
    missing += [f"{name}: run 'make install'." for name, version in versions.items() if version == "missing"]
    if len(list_devices()) == 1:
        missing.append(
            "No GPU that torch can use: everything runs on the CPU, training takes minutes instead of seconds."
        )
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        missing.append("No Chromium: the browser tests are left out; the app does not need it.")
    return {
        "python": platform.python_version(),
        "platform": platform.system(),
        "versions": versions,
        "devices": list(list_devices()),
        "gpus": [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())],
        "cudnn": torch.backends.cudnn.version(),
        "threads": torch.get_num_threads(),
        "decoders": list_decoders(),
        "models": list(list_cards()),
        "missing": missing,
    }
