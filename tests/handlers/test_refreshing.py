"""New releases are looked for in the background, and trouble is told once."""

import threading

from handlers.refreshing import keep_fresh


class Failing:
    """A knowledge base that cannot look, and tells when it was asked often."""

    def __init__(self):
        self.looks = 0
        self.has_tried = threading.Event()

    def refresh(self):
        self.looks += 1
        if self.looks >= 4:
            self.has_tried.set()
        raise OSError("the disk is away")


def test_lasting_failure_is_logged_once_and_looked_at_again(caplog):
    """A line every two seconds would fill the disk that is in trouble already."""
    knowledge_base = Failing()
    stopping = keep_fresh(knowledge_base, every_s=0.01)
    assert knowledge_base.has_tried.wait(5)
    stopping.set()
    said = [r for r in caplog.records if r.name == "handlers.refreshing"]
    assert len(said) == 1
