"""Writing a network as a .keras file, reproducibly; `model.keras_weights` reads the weights of these files.

The writer needs Keras and belongs to training; the stages that only read networks import neither.
"""

import io
import json
import re
import tempfile
import zipfile
from pathlib import Path

from kernel_dilation.experiment.atomic_write import name_full_disk

import keras

DATE = "1980-01-01@00:00:00"  # the earliest that a zip file can state


def keras_bytes(network: keras.Model) -> bytes:
    """Return the content of the network's .keras file: equal bytes for equal weights, without dates or memory addresses."""
    with tempfile.TemporaryDirectory() as folder, name_full_disk(Path(folder)):
        network.save(Path(folder) / "network.keras")
        with zipfile.ZipFile(Path(folder) / "network.keras") as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
    entries["metadata.json"] = json.dumps({"keras_version": keras.__version__, "date_saved": DATE}).encode()
    entries["config.json"] = renumber_objects(entries["config.json"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # dated 1980, too
    return packed.getvalue()


def renumber_objects(config: bytes) -> bytes:
    """Number the shared objects of a Keras configuration in order of appearance; Keras numbers them by memory address."""
    numbers: dict[bytes, int] = {}
    return re.sub(rb'(?<="shared_object_id": )\d+', lambda match: b"%d" % numbers.setdefault(match[0], len(numbers)), config)
