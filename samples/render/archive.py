"""Makes office files the same byte for byte on every build."""

import re
import zipfile
from io import BytesIO

#: The earliest moment a zip entry can carry.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

#: What openpyxl stamps with the clock when it saves.
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")


def freeze_archive(data: bytes) -> bytes:
    """Return the same zip with fixed entry times and fixed document stamps."""
    frozen = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(frozen, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>2026-01-01T00:00:00Z\g<3>", content)
            fixed = zipfile.ZipInfo(entry.filename, _ZIP_EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, content)
    return frozen.getvalue()
