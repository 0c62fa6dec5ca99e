"""Which element of a service guide a question asks for. Pure.

The words are how citizens ask, by element (shared/facts, service-guides, section 5:
colloquial, dialect and typing slips included).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from .text import normalise
from .types import Aspect

#: Aspect to what people type when they mean it. Longer and surer ones first where
#: one contains another; order among aspects does not matter.
_ASKED: Mapping[Aspect, str] = {
    Aspect.MATERIALS: (
        r"材料|资料|手续|证件|带什么|带啥|带些?什么|带哪些|要带|需带|带咩|带点啥|交什么"
        r"|交咩|交啥|准备什么|准备啥|要啥子|都?要什么单子|单子|复印件?|照片要|要不要带"
        r"|提供什么|提供哪些|什么证明|哪些证明|需要什么|需要哪些|要什么东西|拿什么|拿啥"
    ),
    Aspect.TIME_LIMIT: (
        r"多久|几天|多长时间|几个?工作日|时限|什么时候能?(?:拿|好|下来|办好|办完|批)|多少天"
        r"|几日|等多长|要等|啥时候能?(?:拿|好|下来)|快不快|当天能|来得及|多快"
    ),
    Aspect.FEE: (
        r"收费|费用|多少钱|要钱|收钱|几多钱|几钱|免费|花钱|工本费|交钱|手续费|要不要钱|贵不贵"
    ),
    Aspect.PLACE: (
        r"在哪|去哪|哪里办|哪儿办|哪办|到哪|地址|地点|窗口|几号窗|什么地方|啥地方|哪个大厅"
        r"|边度|哪个部门办|找哪个单位|找谁办|上哪|那里办|怎么走|几楼"
    ),
    Aspect.HOURS: (
        r"几点|上班时间|办公时间|营业时间|周[六日末]|星期[六天日]|礼拜[六天日一二三四五]|中午休息"
        r"|开门|关门|下班|节假日|周末"
    ),
    Aspect.PHONE: r"电话|号码是多少|联系方式|咨询热线|打哪个|怎么联系|投诉电话",
    Aspect.ONLINE: (
        r"网上|线上|手机上|手机能|在线|小程序|app|公众号上|服务号|网办|能不能网|不用跑|网站"
    ),
    Aspect.VISITS: (
        r"跑几[趟次]|要跑|跑一[趟次]|本人去|本人到|亲自|要不要去|必须去|到现场|代办|代领|别人(?:去|帮|代)"
        r"|帮忙办|能不能代"
    ),
    Aspect.SCOPE: (
        r"异地(?:能|可以|办)|通办|外地(?:能|可以).{0,4}办|跨省|跨区"
        r"|别的区|其他区|户籍地"
    ),
    Aspect.CONDITIONS: (
        r"条件|资格|谁能|谁可以|什么人|哪些人|符合什么|满足什么|够不够|能不能(?:办|申请|领|报)"
        r"|能办[吗不]|可以(?:办|申请|领)[吗么]|能申请|能领[吗么]|我能|得唔得|门槛|对象|几岁|多大年龄"
    ),
    Aspect.PROCESS: (
        r"流程|步骤|程序|咋弄|咋办|怎么弄|怎么整|怎么申请|如何申请|怎么领|怎么报名|先去哪|怎么操作"
        r"|怎么办理|如何办理|怎么办|怎样办|点样|申请方式|办理方式|手续怎么"
    ),
    Aspect.RESULT: (
        r"有效期|管多久|管几年|几年到期|结果|拿到什么|发什么证|领什么|能领到|送达|寄|邮寄|快递"
    ),
    Aspect.BASIS: r"依据|根据什么|哪个文件|文号|法律规定|什么规定",
}

_PATTERNS = {aspect: re.compile(pattern) for aspect, pattern in _ASKED.items()}


def find_aspects(text: str) -> tuple[Aspect, ...]:
    """Tell which elements a question asks for.

    Args:
        text: A question as typed.

    Returns:
        The elements in the order they are mentioned, each once; empty when the
        question names none. 「怎么办」 counts as the process only when nothing
        more exact is asked.
    """
    asked = normalise(text).lower()
    found = {
        aspect: match.start()
        for aspect, pattern in _PATTERNS.items()
        if (match := pattern.search(asked))
    }
    if len(found) > 1 and Aspect.PROCESS in found and not _asks_process(asked):
        del found[Aspect.PROCESS]
    return tuple(sorted(found, key=lambda aspect: found[aspect]))


def _asks_process(text: str) -> bool:
    """Whether the process itself is asked, not only 怎么办 as a way of speaking."""
    exact = r"流程|步骤|程序|怎么申请|如何申请|申请方式|怎么操作"
    return re.search(exact, text) is not None


def without_aspects(text: str) -> str:
    """Return a question without the words that only name an element.

    What is left names the matter: 「居住证要带什么」 leaves 「居住证」.
    """
    rest = normalise(text).lower()
    for pattern in _PATTERNS.values():
        rest = pattern.sub(" ", rest)
    return rest.strip()


def find_region(text: str, names: Iterable[str]) -> str | None:
    """Find the region a question names.

    Args:
        text: A question as typed.
        names: Regions known, such as 西山区; 西山 alone is understood too.

    Returns:
        The region named; the most particular one when several are (西山区 before
        云泽市); None when none is.
    """
    asked = normalise(text)
    best: tuple[int, int, str] | None = None
    for name in names:
        if name in asked or any(short in asked for short in _short_names(name)):
            rank = (region_level(name), len(name), name)
            best = max(best, rank) if best else rank
    return best[2] if best else None


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    text = resources.files(__package__).joinpath("places.txt").read_text("utf-8")
    rows = [row for row in text.splitlines() if not row.startswith("#")]
    names = sorted(" ".join(rows).split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def find_places(text: str) -> tuple[str, ...]:
    """Find the Chinese provinces and cities that a text names, each once, in order.

    「外省」 and its kin count as places: what is asked there is not ours to answer.
    """
    return tuple(dict.fromkeys(_places().findall(text)))


def without_region(text: str, region: str | None) -> str:
    """Return a normalised question without the region it names.

    The region narrows what may answer; as a word it would only find everything
    else about the place. The question stays whole when nothing else is in it.
    """
    if not region:
        return text
    bare = text
    for name in sorted({region, *_short_names(region)}, key=len, reverse=True):
        bare = bare.replace(name, " ")
    return bare.strip() if len(bare.strip()) >= 2 else text


def _short_names(name: str) -> set[str]:
    """What people drop the ending of: 高新区 → 高新, 浦东新区 → 浦东."""
    endings = (r"特别行政区$|自治[区州县]$|[省市区县]$", r"新区$")
    return {short for end in endings if len(short := re.sub(end, "", name)) >= 2} - {
        name
    }


def region_level(name: str) -> int:
    """0 for a province or unknown, 1 for a city, 2 for a district or county."""
    if re.search(r"(?:省|自治区|特别行政区)$", name):
        return 0
    if re.search(r"(?:市|自治州|州|盟|地区)$", name):
        return 1
    return 2 if re.search(r"[区县旗镇乡]$|街道$", name) else 0


def may_answer(asked: str | None, has: str) -> bool:
    """Whether a rule of region ``has`` may answer a question about ``asked``.

    A district's rule never answers for another district, nor a city's for another
    city; what names no region, and what is of a wider region, answers for all.
    """
    if not asked or not has or asked == has:
        return True
    return region_level(has) != region_level(asked)
