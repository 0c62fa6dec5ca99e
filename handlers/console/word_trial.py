"""What becomes of a question when other words are in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from bot import BEIJING
from handlers.web import parts
from knowledge import KnowledgeError, OfficeTexts, Scope, expand, normalise, trying

#: Hits shown of a question that is tried.
_SHOWN_HITS = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """What becomes of a question: how it is searched, and what is found first."""

    searched: str
    titles: Sequence[str]


def try_words(question: str, texts: OfficeTexts) -> Trial:
    """Search as if these texts were in force; what cannot be searched finds nothing."""
    today = parts().clock().astimezone(BEIJING).date()
    with trying(texts):
        searched, titles = expand(normalise(question)), []
        try:
            hits = parts().knowledge_base.find(question, Scope(today), limit=12).hits
            titles = list(dict.fromkeys(hit.passage.title for hit in hits))
        except KnowledgeError as e:
            current_app.logger.warning("not tried: %s", type(e).__name__)
    return Trial(searched, titles[:_SHOWN_HITS])
