"""The sample city's sources agree with each other and with the calendar."""

import json
import re
from collections import Counter
from datetime import date

#: The day the sample city lives on: what must be in force is judged by it.
TODAY = date(2026, 11, 22)

GUIDE_KEYS = {
    "title",
    "aliases",
    "department",
    "region",
    "audience",
    "updated_on",
    "basis_doc",
    "conditions",
    "materials",
    "process",
    "promised_limit",
    "statutory_limit",
    "fee",
    "places",
    "hours",
    "phone",
    "online",
    "visits",
    "scope",
    "result",
    "basis",
    "effective_on",
    "expires_on",
    "notes",
}
POLICY_KEYS = {
    "title",
    "doc_number",
    "issuer",
    "region",
    "issued_on",
    "effective_on",
    "expires_on",
    "supersedes",
    "format",
    "opening",
    "closing",
}
FAQ_KEYS = {
    "question",
    "similar",
    "answer",
    "department",
    "region",
    "item",
    "effective_on",
    "expires_on",
}

#: Prefix of a district's document numbers to the office that issues them.
DISTRICT_ISSUERS = {
    "东政办": "东湖区人民政府办公室",
    "西政办": "西山区人民政府办公室",
    "临政办": "临江县人民政府办公室",
    "高管办": "高新区管理委员会办公室",
}

_DOC_NUMBER = re.compile(r"(?:云[一-鿿]{1,3}|[东西临]政办|高管办)〔\d{4}〕\d+号")
_PHONE = re.compile(r"0599-\d{7}")


def dump(record):
    """Return all of a record's text, dates included, to search in."""
    return json.dumps(record, ensure_ascii=False, default=str)


def list_articles(policy):
    chapters = policy.get("chapters") or [{"articles": policy["articles"]}]
    return [article for chapter in chapters for article in chapter["articles"]]


def write_chinese_date(day):
    return f"{day.year}年{day.month}月{day.day}日"


def is_in_force(record, day):
    starts = record["effective_on"] or date.min
    ends = record["expires_on"] or date.max
    return starts <= day <= ends


def read_article_number(text):
    """Read 第二十一条 as 21; enough for the articles of a sample policy."""
    digits = "零一二三四五六七八九"
    tens, ten, ones = text.removeprefix("第").removesuffix("条").rpartition("十")
    head = (digits.index(tens) if tens else 1) if ten else 0
    return 10 * head + (digits.index(ones) if ones else 0)


def test_city_is_large_enough(guides, policies, faqs):
    """Fewer would not put look-alikes side by side, which is their purpose."""
    assert len(guides) >= 60
    assert len(policies) >= 20
    assert len(faqs) >= 150


def test_every_guide_has_its_keys(guides):
    """A missing element would be an empty row in the built file."""
    assert [g["title"] for g in guides if set(g) != GUIDE_KEYS] == []


def test_every_policy_has_its_keys(policies):
    """Articles stand in chapters or alone, never both."""
    for policy in policies:
        body = {"chapters", "articles"} & set(policy)
        assert set(policy) - body == POLICY_KEYS, policy["title"]
        assert len(body) == 1, policy["title"]


def test_every_faq_has_its_keys(faqs):
    """A question comes with two to four ways in which people type it."""
    for faq in faqs:
        assert set(faq) == FAQ_KEYS, faq["question"]
        assert 2 <= len(faq["similar"]) <= 4, faq["question"]
        assert len(set(faq["similar"]) | {faq["question"]}) == len(faq["similar"]) + 1
        assert len(faq["answer"]) <= 220, faq["question"]


def test_bureaus_and_regions_are_the_citys(city, guides, policies, faqs):
    """Nobody invents a bureau or a district."""
    regions = {region["name"] for region in city["regions"]}
    bureaus = {bureau["name"] for bureau in city["departments"]}
    records = [*guides, *policies, *faqs]
    assert {record["region"] for record in records} <= regions
    assert {record["department"] for record in [*guides, *faqs]} <= bureaus


def test_every_bureau_answers_questions(city, faqs):
    """A bureau without questions would not be reached by the evaluation."""
    counts = Counter(faq["department"] for faq in faqs)
    assert {b["name"] for b in city["departments"] if counts[b["name"]] < 5} == set()


def test_document_number_names_its_issuer(city, policies):
    """云民 is the civil affairs bureau's and 西政办 is Xishan district's."""
    issuers = {b["prefix"]: b["name"] for b in city["departments"]} | DISTRICT_ISSUERS
    for policy in policies:
        prefix, _, rest = policy["doc_number"].partition("〔")
        assert issuers[prefix] == policy["issuer"], policy["title"]
        assert rest[:4] == str(policy["issued_on"].year), policy["title"]
        if policy["region"] != "云泽市":
            assert policy["region"] in policy["issuer"]
            assert policy["region"] in policy["title"]


def test_nothing_is_there_twice(guides, policies, faqs):
    """Two of the same name in one region could not be told apart."""
    keys = [
        *((g["title"], g["region"]) for g in guides),
        *((p["doc_number"], "") for p in policies),
        *((f["question"], "") for f in faqs),
    ]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_one_wording_asks_one_question(faqs):
    """The same words under two questions would make either answer wrong."""
    wordings = [w for f in faqs for w in {f["question"], *f["similar"]}]
    assert [w for w, count in Counter(wordings).items() if count > 1] == []


def test_phone_numbers_are_the_citys(city, guides, faqs):
    """A made-up hotline might be somebody's real number."""
    known = {entry["phone"] for entry in [*city["departments"], *city["halls"]]}
    used = {phone for r in [*guides, *faqs] for phone in _PHONE.findall(dump(r))}
    assert used - known == set()


def test_cited_documents_exist(guides, policies, faqs):
    """A citation must lead to a document of ours."""
    published = {policy["doc_number"] for policy in policies}
    cited = {
        number
        for record in [*guides, *policies, *faqs]
        for number in _DOC_NUMBER.findall(dump(record))
    }
    cited |= {guide["basis_doc"] for guide in guides} - {""}
    assert cited - published == set()


def test_guides_rest_on_rules_in_force(guides, policies):
    """A guide that citizens read today cannot rest on an expired rule."""
    rules = {policy["doc_number"]: policy for policy in policies}
    for guide in guides:
        if guide["basis_doc"]:
            assert is_in_force(rules[guide["basis_doc"]], TODAY), guide["title"]


def test_faqs_hold_today(faqs):
    """An answer may end soon, but it has begun and has not ended."""
    assert [f["question"] for f in faqs if not is_in_force(f, TODAY)] == []


def test_faqs_belong_to_guides(guides, faqs):
    """An item that is named has a guide, in the same region where it has one."""
    titles = {guide["title"] for guide in guides}
    assert {faq["item"] for faq in faqs if faq["item"]} <= titles


def test_superseded_rule_ends_before_its_successor_starts(policies):
    """No day has two rules, and the successor says what it repeals."""
    rules = {policy["doc_number"]: policy for policy in policies}
    for successor in policies:
        for number in successor["supersedes"]:
            old = rules[number]
            assert old["expires_on"] < successor["effective_on"], number
            last = list_articles(successor)[-1]["text"]
            assert f"《{old['title']}》（{number}）同时废止" in last


def test_policy_speaks_its_own_dates(policies):
    """The ingest program reads the text only: the dates must be in it."""
    for policy in policies:
        last = list_articles(policy)[-1]["text"]
        start = write_chinese_date(policy["effective_on"])
        assert f"自{start}起施行" in last, policy["title"]
        if policy["expires_on"]:
            assert f"有效期至{write_chinese_date(policy['expires_on'])}" in last
        assert write_chinese_date(policy["issued_on"]) in policy["closing"]


def test_policy_has_the_shape_of_one(policies):
    """Eight to twenty-five articles, numbered without a gap, of real length."""
    for policy in policies:
        articles = list_articles(policy)
        assert 8 <= len(articles) <= 25, policy["title"]
        numbers = [read_article_number(article["no"]) for article in articles]
        assert numbers == list(range(1, len(articles) + 1)), policy["title"]
        texts = [policy["opening"], *(article["text"] for article in articles)]
        assert 850 <= sum(map(len, texts)) <= 2500, policy["title"]


def test_every_kind_of_time_trap_is_there(policies):
    """Expired without successor, replaced, and not yet in force."""
    rules = {policy["doc_number"]: policy for policy in policies}
    replaced = {number for policy in policies for number in policy["supersedes"]}
    assert replaced == {"云民〔2021〕9号", "云人社〔2024〕31号", "云公积金〔2023〕7号"}
    assert rules["云医保〔2026〕22号"]["effective_on"] > TODAY
    assert rules["云建〔2024〕15号"]["expires_on"] < TODAY
    assert "云建〔2024〕15号" not in replaced
