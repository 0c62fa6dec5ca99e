"""Lexical search: BM25 over character bigrams, in tantivy, on disk.

Tantivy is imported where it is used, so that the worker need not load it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Memory that tantivy gathers postings in before it writes a segment.
_HEAP_BYTES = 128_000_000

#: A title or an everyday name says more than a mention in the text. Tried 0 to 2
#: on the shared policy, FAQ and guide questions: flat between 0.3 and 1.
NAME_BOOST = 0.5


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """One passage as the lexical index sees it; terms with blanks between."""

    ordinal: int
    #: Terms of title and everyday names.
    name_terms: str
    #: Terms of title, heading and text.
    body_terms: str
    #: Days of the proleptic calendar; inclusive.
    valid_from: int
    valid_until: int


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("ordinal", stored=True, fast=True)
    builder.add_text_field("name", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("valid_from", indexed=True, fast=True)
    builder.add_unsigned_field("valid_until", indexed=True, fast=True)
    return builder.build()


class LexicalIndex:
    """A read-only tantivy index; safe to search from many threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``.

        Raises:
            ValueError: If the folder holds no index.
        """
        import tantivy

        self._schema = _schema()
        self._index = tantivy.Index.open(str(folder))
        self._index.reload()
        self._searcher = self._index.searcher()

    @staticmethod
    def build(folder: Path, rows: Iterable[LexicalRow]) -> None:
        """Write an index of ``rows`` into the empty ``folder``."""
        import tantivy

        index = tantivy.Index(_schema(), path=str(folder))
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for row in rows:
            document = tantivy.Document()
            document.add_unsigned("ordinal", row.ordinal)
            document.add_text("name", row.name_terms)
            document.add_text("body", row.body_terms)
            document.add_unsigned("valid_from", row.valid_from)
            document.add_unsigned("valid_until", row.valid_until)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def search(
        self, question_terms: Sequence[str], *, day: int, limit: int
    ) -> list[tuple[int, float]]:
        """Find the passages that share terms with a question and are valid.

        Args:
            question_terms: Distinct terms.
            day: Proleptic ordinal of the date that passages must be valid on.
            limit: How many at most.

        Returns:
            Pairs of ordinal and BM25 score, best first.
        """
        if not question_terms or self._searcher.num_docs == 0:
            return []
        found = self._searcher.search(
            self._query(question_terms, day), limit, count=False
        ).hits
        return [
            (int(self._searcher.doc(address)["ordinal"][0]), float(score))
            for score, address in found
        ]

    def document_frequency(self, term: str) -> int:
        """In how many passages a term stands."""
        return int(self._searcher.doc_freq("body", term))

    def _query(self, question_terms: Sequence[str], day: int) -> Any:
        import tantivy

        occur, query = tantivy.Occur, tantivy.Query
        asked = []
        for term in question_terms:
            body = query.term_query(self._schema, "body", term, "freq")
            name = query.term_query(self._schema, "name", term, "freq")
            asked.append((occur.Should, body))
            asked.append((occur.Should, query.boost_query(name, NAME_BOOST)))
        kind = tantivy.FieldType.Unsigned
        in_force = [
            query.range_query(self._schema, "valid_from", kind, None, day),
            query.range_query(self._schema, "valid_until", kind, day, None),
        ]
        clauses = [(occur.Must, query.boolean_query(asked))]
        clauses += [(occur.Must, query.const_score_query(q, 0.0)) for q in in_force]
        return query.boolean_query(clauses)
