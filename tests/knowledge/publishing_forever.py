"""Publishes one edit after another until it is killed; run as a process of its own.

python -m tests.knowledge.publishing_forever DATABASE FOLDER
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot import make_engine
from knowledge import entry_id
from tests.knowledge.conftest import CharacterEncoder, policy
from tests.knowledge.office import BUREAU, Office

#: Others that stand beside the one that is edited.
OTHERS = 60


def make(number, title="停车收费办法"):
    """Make the rule in its n-th wording."""
    draft = policy(title, [("第一条", f"停车收费第{number}版，每小时{number}元。")])
    return replace(draft, department=BUREAU)


def make_all():
    """Make the rule and its neighbours."""
    return [make(0), *(make(7, f"第{n}号办法") for n in range(OTHERS))]


def open_office(database, folder):
    """Open an office on a database and a folder that others use, too."""
    return Office(
        make_engine(database), lambda: datetime.now(UTC), folder, CharacterEncoder()
    )


def main():
    """Edit, approve, publish, for ever."""
    office = open_office(sys.argv[1], Path(sys.argv[2]))
    owner, number = entry_id(make(0)), int(sys.argv[3])
    office.publisher.publish_due()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        number += 1
        office.approve(office.propose(make(number), owner))
        office.publisher.publish_due()


if __name__ == "__main__":
    main()
