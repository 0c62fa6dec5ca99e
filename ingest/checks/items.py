"""Finds which entries speak of the same item: by names, by references. Pure."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from knowledge import Aspect, EntryDraft, EntryKind, normalise

#: Shorter names, such as 上牌, are found in too many questions.
_MIN_NAME = 3
_MAX_NAME = 30

#: Weight of shared pairs that makes two names alike, and how far ahead of the next.
_MIN_ALIKE = 9.0
_LEAD = 1.3

#: What is done with a thing, by how titles and people call it; and what it weighs.
_VERBS = {
    "again": r"补[领办证换]|丢|遗失|不见",
    "renew": r"换[领发证]|到期|过期|期满|延续",
    "end": r"注销|销户|不开了|不做了|报废",
    "change": r"变更|改[名地姓]|更改",
}
_VERB = 30

_NO_WORD = re.compile(r"[\W_]+")

#: What a title adds to the name of the matter.
_TAIL = re.compile(
    r"(?:办事指南|服务指南|管理办法|实施办法|实施细则|暂行办法|发放办法|管理规定|登记管理规定"
    r"|奖励办法|补助办法|补贴办法|若干措施|实施方案|申请|申领|补领|换领|补办|补证|换证|换发|核发|登记|办理|办法|规定|细则)$"
)
_CITED = re.compile(r"《([^《》]{4,60})》")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}〔\d{4}〕\d{1,4}号")


def list_names(draft: EntryDraft) -> list[str]:
    """Return the names an item goes by, regions and endings taken off."""
    names = [draft.title, *draft.aliases]
    found: dict[str, None] = {}
    for name in names:
        for part in re.split(r"[（()）]", name):
            bare = _NO_WORD.sub("", normalise(part)).lower()
            bare = bare.replace(draft.region, "") if draft.region else bare
            found[bare] = None
            found[_TAIL.sub("", bare)] = None
    return [name for name in found if _MIN_NAME <= len(name) <= _MAX_NAME]


#: Words that ask and do not name.
_ASKING = re.compile(
    r"要?(?:办|带|准备)?什么|怎么[办弄样领补换]?|如何|多少钱?|多久|几天|哪里|在哪|需要|能不能|可以"
)


def list_questions(draft: EntryDraft) -> list[str]:
    """Return the question and its variants, words alone."""
    return [
        _NO_WORD.sub("", normalise(each)).lower()
        for each in (draft.title, *draft.aliases)
    ]


class ItemIndex:
    """Guides and policies by name and by what they cite."""

    def __init__(self, drafts: Sequence[EntryDraft]) -> None:
        self._drafts = drafts
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._by_document: defaultdict[str, list[int]] = defaultdict(list)
        self._by_pair: defaultdict[str, list[int]] = defaultdict(list)
        self._common = max(3, len(drafts) // 50)
        self._citing: defaultdict[str, list[int]] = defaultdict(list)
        for place, draft in enumerate(drafts):
            if draft.kind is not EntryKind.FAQ:
                self._add(place, draft)

    def _add(self, place: int, draft: EntryDraft) -> None:
        for name in list_names(draft):
            self._by_name[name].append(place)
        for name in _list_cited(draft):
            self._citing[name].append(place)
        if draft.kind is EntryKind.GUIDE:
            for pair in _list_pairs(draft):
                self._by_pair[pair].append(place)
            return
        for name in filter(None, (draft.title, draft.doc_number)):
            self._by_document[name].append(place)

    def find_guides(self, draft: EntryDraft) -> list[int]:
        """Return the guides that a question is about: those named best."""
        scores: defaultdict[int, int] = defaultdict(int)
        for question in list_questions(draft):
            best: dict[int, int] = {}
            for name, places in self._iter_named(question):
                for place in places:
                    if self._drafts[place].kind is EntryKind.GUIDE:
                        best[place] = max(best.get(place, 0), len(name))
            for place, length in best.items():
                scores[place] += length * length
        wanted = _find_verbs(" ".join(list_questions(draft)))
        for place in scores:
            # 补领 and 申领 of one card share all but the verb.
            scores[place] += _VERB * len(
                wanted & _find_verbs(self._drafts[place].title)
            )
        fitting = {p: n for p, n in scores.items() if self._fits(draft, p)}
        most = max(fitting.values(), default=0)
        named = [place for place, score in fitting.items() if score == most]
        return named or self._find_alike(draft)

    def find_documents(self, draft: EntryDraft) -> list[int]:
        """Return the policies that a guide or an answer names."""
        found = dict.fromkeys(
            place
            for name in _list_cited(draft)
            for place in self._by_document.get(name, ())
        )
        return [place for place in found if self._fits(draft, place)]

    def find_citing(self, draft: EntryDraft) -> list[int]:
        """Return the guides that name this policy as their basis."""
        found = dict.fromkeys(
            place
            for name in filter(None, (draft.title, draft.doc_number))
            for place in self._citing.get(name, ())
        )
        return [place for place in found if self._fits(draft, place)]

    def find_same_guide(self, draft: EntryDraft) -> list[int]:
        """Return guides of the same title, endings aside."""
        name = _core(draft.title)
        return [
            place
            for place in dict.fromkeys(self._by_name.get(name, ()))
            if self._drafts[place].kind is EntryKind.GUIDE
            and _core(self._drafts[place].title) == name
            and self._fits(draft, place)
        ]

    def _find_alike(self, draft: EntryDraft) -> list[int]:
        """Return the guide whose names share the rarest pairs of characters.

        None when a second one comes close: then nothing is known.
        """
        asked = _list_pairs(draft)
        scores: defaultdict[int, float] = defaultdict(float)
        for pair in asked:
            places = self._by_pair.get(pair, ())
            if places and len(places) <= self._common:
                for place in places:
                    scores[place] += math.log(1 + len(self._drafts) / len(places))
        fitting = sorted(
            ((n, p) for p, n in scores.items() if self._fits(draft, p)), reverse=True
        )
        if not fitting or fitting[0][0] < _MIN_ALIKE:
            return []
        best = self._drafts[fitting[0][1]]
        asked_verbs = _find_verbs(" ".join(list_questions(draft)))
        if asked_verbs and not asked_verbs & _find_verbs(best.title):
            return []
        is_clear = len(fitting) == 1 or fitting[0][0] >= _LEAD * fitting[1][0]
        return [fitting[0][1]] if is_clear else []

    def _iter_named(self, question: str) -> Iterator[tuple[str, list[int]]]:
        for start in range(len(question) - _MIN_NAME + 1):
            longest = min(len(question), start + _MAX_NAME)
            for end in range(start + _MIN_NAME, longest + 1):
                name = question[start:end]
                if name in self._by_name:
                    yield name, self._by_name[name]

    def _fits(self, draft: EntryDraft, place: int) -> bool:
        return draft.region == self._drafts[place].region


@lru_cache(maxsize=50_000)
def _find_verbs(text: str) -> frozenset[str]:
    return frozenset(
        verb for verb, pattern in _VERBS.items() if re.search(pattern, text)
    )


def _list_pairs(draft: EntryDraft) -> set[str]:
    """Return the pairs of characters of all names, those that only ask left out."""
    runs = (
        run
        for each in list_questions(draft)
        for run in _ASKING.sub(" ", each).split(" ")
    )
    return {run[at : at + 2] for run in runs for at in range(len(run) - 1)}


def _core(title: str) -> str:
    bare = _NO_WORD.sub("", normalise(title)).lower()
    return re.sub(r"(?:办事指南|服务指南)$", "", bare)


def _list_cited(draft: EntryDraft) -> list[str]:
    """Return titles and 文号 that a guide's basis, or an answer, names."""
    if draft.kind is EntryKind.POLICY:
        return []
    texts: Iterable[str] = (
        section.text
        for section in draft.sections
        if section.aspect in (None, Aspect.BASIS)
    )
    text = "\n".join(texts)
    return [*_CITED.findall(text), *_NUMBER.findall(text)]
