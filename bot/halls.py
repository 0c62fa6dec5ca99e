"""Service halls: where they are, and which are near a place a citizen sends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeAlias

from sqlalchemy import Engine, delete, select

from .database import Transactions
from .errors import BotError
from .tables import HallRow

#: Mean radius of the Earth in metres.
#: Source: H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74 (2000).
EARTH_RADIUS_M = 6_371_008.8

#: Halls named to a citizen at most: a phone shows no more without scrolling.
MAX_NEAR = 3

#: Column widths of the table.
_MAX_CHARS: Mapping[str, int] = {
    "name": 80,
    "region": 40,
    "address": 200,
    "phone": 80,
    "hours": 200,
}

_NEEDED = ("name", "address")

#: China's mainland, islands and seas, in degrees; anything else is a slip.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "latitude": (3.0, 54.0),
    "longitude": (73.0, 136.0),
}


@dataclass(frozen=True, slots=True)
class Hall:
    """A service hall that citizens are sent to; all texts Chinese."""

    name: str
    address: str

    #: Degrees, GCJ-02 as WeChat and Chinese maps have them.
    latitude: float
    longitude: float

    #: District or city it serves; empty when not said.
    region: str = ""
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class NearHall:
    """A hall and how far it is."""

    hall: Hall
    #: Along a straight line.
    meters: float


# A method called list hides the type of that name inside its class.
_Halls: TypeAlias = list[Hall]
_NearHalls: TypeAlias = list[NearHall]


class HallFieldError(BotError, ValueError):
    """A field of a hall cannot be used; ``reason`` is Chinese."""

    def __init__(self, field: str, reason: str, /) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class HallStore:
    """The halls of the office; a method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._tx = Transactions(engine)

    def replace_all(self, halls: Iterable[Hall]) -> None:
        """Put these halls in the place of all others, or change nothing.

        Raises:
            ValueError: If two of them have one name.
            StoreUnavailableError: If the database cannot commit.
        """
        rows = [HallRow(**asdict(hall)) for hall in halls]
        if len({row.name for row in rows}) < len(rows):
            raise ValueError("two halls have one name")
        with self._tx.write() as session:
            session.execute(delete(HallRow))
            session.add_all(rows)

    def list(self) -> _Halls:
        """Return all halls in the order of the file they came from."""
        with self._tx.read() as session:
            rows = session.scalars(select(HallRow).order_by(HallRow.id))
            return [_to_hall(row) for row in rows]

    def nearest(
        self, latitude: float, longitude: float, limit: int = MAX_NEAR
    ) -> _NearHalls:
        """Return the halls nearest to a place, nearest first; ties by name.

        Args:
            latitude: Degrees, GCJ-02.
            longitude: Degrees, GCJ-02.
            limit: How many at most, at least 1.
        """
        near = [
            NearHall(
                hall,
                measure_distance(latitude, longitude, hall.latitude, hall.longitude),
            )
            for hall in self.list()
        ]
        return sorted(near, key=lambda each: (each.meters, each.hall.name))[:limit]


def measure_distance(
    latitude: float, longitude: float, to_latitude: float, to_longitude: float
) -> float:
    """Return the metres between two places on a sphere, along its surface.

    GCJ-02 shifts both places nearly alike, so that distances within a city hold.

    Args:
        latitude: Of one place, degrees.
        longitude: Of one place, degrees.
        to_latitude: Of the other, degrees.
        to_longitude: Of the other, degrees.

    Source:
        R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (2), 1984.
    """
    north, south = math.radians(latitude), math.radians(to_latitude)
    turn = math.radians(to_longitude - longitude)
    half_chord = (
        math.sin((south - north) / 2) ** 2
        + math.cos(north) * math.cos(south) * math.sin(turn / 2) ** 2
    )
    # Rounding can lift it over 1 at the other side of the globe.
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half_chord)))


def check_hall(fields: Mapping[str, str]) -> Hall:
    """Return the hall that the cells of a sheet describe.

    Args:
        fields: By the names of ``Hall``'s attributes; one that is missing is empty.

    Raises:
        HallFieldError: If a field is missing, too long or no place in China.
    """
    texts = {}
    for name, most in _MAX_CHARS.items():
        text = " ".join(fields.get(name, "").split())
        if not text and name in _NEEDED:
            raise HallFieldError(name, "没有填")
        if len(text) > most:
            raise HallFieldError(name, f"最多 {most} 个字，现在是 {len(text)} 个")
        texts[name] = text
    return Hall(
        latitude=_read_degrees("latitude", fields.get("latitude", "")),
        longitude=_read_degrees("longitude", fields.get("longitude", "")),
        **texts,
    )


def _read_degrees(name: str, text: str) -> float:
    if not text.strip():
        raise HallFieldError(name, "没有填")
    try:
        degrees = float(text.strip())
    except ValueError:
        raise HallFieldError(name, f"“{text.strip()[:20]}”不是数字") from None
    low, high = _BOUNDS[name]
    if low <= degrees <= high:
        return degrees
    other = next(bounds for key, bounds in _BOUNDS.items() if key != name)
    if other[0] <= degrees <= other[1]:
        raise HallFieldError(name, f"{degrees:g} 不对，经度和纬度可能填反了")
    raise HallFieldError(name, f"{degrees:g} 不在中国范围内（{low:g} 到 {high:g}）")


def _to_hall(row: HallRow) -> Hall:
    return Hall(
        name=row.name,
        address=row.address,
        latitude=row.latitude,
        longitude=row.longitude,
        region=row.region,
        phone=row.phone,
        hours=row.hours,
    )
