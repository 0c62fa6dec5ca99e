"""What a picture, a voice or a place carries beside its kind. Pure.

Kept until the message is answered, so only what answering or an officer needs: a
place to about 100 m, the id by which a medium is fetched. What is odd is left out
rather than refused, because the message itself was whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot import MessageKind

from .fields import match_text

#: Decimals of a degree that are kept: about 100 m, enough for the nearest hall.
PLACE_DECIMALS = 3

MAX_LABEL_CHARS = 100

_MEDIA_ID = re.compile(r"[0-9A-Za-z_.-]{1,200}")
_FORMAT = re.compile(r"[0-9A-Za-z]{1,16}")
_URL = re.compile(r"https?://[!-~]{1,500}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
_LABEL = re.compile(r"[^\x00-\x1f\x7f]+")

#: A house number would say more than the rounded coordinates do.
_HOUSE = re.compile(r"[0-9０-９].*", re.DOTALL)


def read_detail(kind: MessageKind, fields: Mapping[str, Any]) -> dict[str, object]:
    """Return what goes along with a message; empty where nothing does.

    Returns:
        Of a place ``latitude`` and ``longitude`` in degrees and ``label``; of a
        picture ``media_id`` and ``url``, of a voice ``media_id`` and ``format``, of a
        video ``media_id``. A field that is missing or odd is left out.
    """
    match kind:
        case MessageKind.LOCATION:
            return _read_place(fields)
        case MessageKind.IMAGE:
            return _read_image(fields)
        case MessageKind.VOICE:
            return _read_voice(fields)
        case MessageKind.VIDEO:
            return _keep(media_id=match_text(fields, "MediaId", _MEDIA_ID))
        case _:
            return {}


def _read_place(fields: Mapping[str, Any]) -> dict[str, object]:
    latitude = _read_degrees(fields, "Location_X", most=90)
    longitude = _read_degrees(fields, "Location_Y", most=180)
    if latitude is None or longitude is None:
        return {}
    label = _HOUSE.sub("", match_text(fields, "Label", _LABEL))
    place: dict[str, object] = {"latitude": latitude, "longitude": longitude}
    return {**place, "label": label[:MAX_LABEL_CHARS].strip()}


def _read_degrees(fields: Mapping[str, Any], name: str, *, most: int) -> float | None:
    text = match_text(fields, name, _DEGREES)
    degrees = float(text) if text else None
    if degrees is None or abs(degrees) > most:
        return None
    return round(degrees, PLACE_DECIMALS)


def _read_image(fields: Mapping[str, Any]) -> dict[str, object]:
    return _keep(
        media_id=match_text(fields, "MediaId", _MEDIA_ID),
        url=match_text(fields, "PicUrl", _URL),
    )


def _read_voice(fields: Mapping[str, Any]) -> dict[str, object]:
    # The second is the same in 16 kHz, which people and machines hear better.
    sharp = match_text(fields, "MediaId16K", _MEDIA_ID)
    return _keep(
        media_id=sharp or match_text(fields, "MediaId", _MEDIA_ID),
        format=match_text(fields, "Format", _FORMAT).lower(),
    )


def _keep(**found: str) -> dict[str, object]:
    return {name: value for name, value in found.items() if value}
