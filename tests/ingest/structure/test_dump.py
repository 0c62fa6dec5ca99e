"""A portal's dump with all that has been seen in real ones, in words of our own."""

import pytest

from ingest.structure.dump import mend, undouble
from ingest.structure.phones import list_odd_numbers
from ingest.structure.windows import read_windows
from ingest.types import Block, BlockKind
from knowledge import Aspect

DUMP = """\
个体工商户注册登记（变更）
基本信息
事项名称
个体工商户登记（包含个体工商户的设立、变更、注
销）（变更登记）
日常用语
无
事项类型
行政许可
承诺办结时限
1
（工作日）
法定办结时限
15
（工作日）
到办事现场次数
1
必须现场办理原因
需核验经营者身份
实施主体
云泽市东湖区市场监督管理局
版本号
7
审批结果
审批结果类型
证照
审批结果名称
营业执照
审批结果样本
sample.png
特别程序
特别程序名称
无
受理范围
服务对象
自然人,企业法人
申请内容
变更经营者姓名、经营范围、经营场所。
受理条件
申请材料齐全，符合法定形式的，予以登记。
办理流程
网上办理流程
线下办理流程
步骤
申请
时限：0个工作日
审批人：张三
办理结果：提交申请
审查标准：
材料齐全
1
受理
时限：2个工作日
审批人：李四
办理结果：受理通知书
审查标准：
符合法定形式
2
材料清单
材料名称
材料依据
材料形式
材料要求
材料下载
其他信息
1
个体工商户变更登
记申请书
《个体工商户登记
规定》第十条
原件：1
复印件：0
纸质
必要
其他要求：
材料类型：申
请表格文书
是否免提交：
否
空白表格
示例样本
填报须知：1.请用黑色签字笔填写，字迹清楚。2.网店经营者另需提交平台出具的经营证明，继承的提交继承公证书，离婚的提交离婚协议或者判决书。
来源渠道：申请人自备
2
经营者身份证件
原件：1
复印件：1
纸质
必要
填报须知：1.请用黑色签字笔填写，字迹清楚。2.网店经营者另需提交平台出具的经营证明，继承的提交继承公证书，离婚的提交离婚协议或者判决书。
来源渠道：政府部门核发
3
申请简易注销登记的，提
交第1、2项材料
原件：1
复印件：0
支持容缺处理
填报须知：1.请用黑色签字笔填写，字迹清楚。2.网店经营者另需提交平台出具的经营证明，继承的提交继承公证书，离婚的提交离婚协议或者判决书。
来源渠道：申请人自备
中介服务
无
收费项目信息
收费项目名称
收费标准
收费依据
是否允许减免
收费方式
换照工本费
每副10
0元
云泽价〔2020〕3
号
否
现场缴纳
设定依据
1
法律法规名称
个体工商户登记条例
依据文号
国务院令第596号
条款号
第一条、第二条
颁布机关
国务院
实施日期
2011-11-01
条款内容
第一条 为了保护个体工商户的合法权益，制定本法。为了保护个体工商户的合法权益，制定本法。
第二条 有经营能力的公民，依照本条例登记。自受理之日起10个工作日内办结。
第三条 申请材料应当真实。
权利与义务
申请人依法享有以下权利
1.依法取得许可的权利；
申请人依法履行以下义务
1.如实提交材料。
咨询方式与监督方式
办理窗口
东湖区政务服务中心1号窗口
办理地点：云泽市东湖区湖滨路88号政务服务中心一楼1-6号窗
口
办公电话：（0599）343723
94、0599-
87921234
办公时间：星期一至星期五：上午9：00-12：00，下午1:00至5:00
位置指引：乘坐公交1路
东湖区政务服务中心2号窗口
办理地点：云泽市东湖区湖滨路88号政务服务中心一楼1-6号窗
口
办公电话：（0599）343723
94、0599-
87921234
办公时间：星期一至星期五：上午9：00-12：00，下午1:00至5:00
位置指引：乘坐公交1路
部门：云泽市司法局
地址：云泽市学府路2号
电话：0599-123456789
网址：https://www.yz.gov.cn/
fzj/index.html
：
0599-12345
：
0599-34372395
"""


@pytest.fixture
def report(read):
    """The dump as it is saved from the portal."""
    return read("X01_个体工商户变更登记_云泽政务网.txt", DUMP)


@pytest.fixture
def texts(report):
    """Aspect to text."""
    (draft,) = report.drafts
    return {section.aspect: section.text for section in draft.sections}


def mended(*lines):
    """Return the lines after mending."""
    return [block.text for block in mend([Block(BlockKind.TEXT, x) for x in lines])]


def test_articles_of_the_basis_make_no_policy(report, texts):
    """第一条, 第二条 under 设定依据 are quoted; the file is a guide."""
    (draft,) = report.drafts
    assert (draft.kind, draft.region) == ("guide", "东湖区")
    assert draft.title.endswith("（变更登记）")
    assert "个体工商户变更登记" in draft.aliases
    assert "第二条 有经营能力的公民" in texts[Aspect.BASIS]
    assert texts[Aspect.BASIS].count("保护个体工商户的合法权益") == 1


def test_promised_limit_stands_first(texts):
    """Figure and unit come on lines of their own."""
    assert texts[Aspect.TIME_LIMIT].startswith("承诺办结时限：1个工作日")


def test_pasted_remarks_are_told_once(texts):
    """One remark stands at three materials; their names lose the rule beside them."""
    lines = texts[Aspect.MATERIALS].split("\n")
    assert lines[0].startswith("1. 个体工商户变更登记申请书：原件1份")
    assert len(lines) == 3
    assert "可以后补" in lines[2]
    assert texts[Aspect.NOTES].count("网店经营者") == 1


def test_flat_table_of_fees_is_a_sentence(texts):
    """Five heads, five cells, one of them cut in the middle of the sum."""
    assert texts[Aspect.FEE] == "换照工本费：每副100元"


def test_windows_alike_are_one_line_and_appeals_are_none(texts):
    """Numbers cut at the hyphen and within are whole again."""
    (line,) = texts[Aspect.PLACE].split("\n")
    assert "1号窗口、东湖区政务服务中心2号窗口（" in line
    assert "（0599）34372394、0599-87921234" in line
    assert "司法局" not in texts[Aspect.PLACE] + texts[Aspect.PHONE]


def test_steps_that_last_longer_than_promised_are_told(report):
    """With both figures and where they stand."""
    (found,) = report.contradictions
    assert found.values == ("1个工作日", "2个工作日")
    assert "受理" in found.places[1]
    assert "1个工作日" in str(found)


def test_officers_names_stay_out(texts):
    """Who reviews a step is no business of a citizen."""
    assert "张三" not in "".join(texts.values())


def test_guide_without_region_asks_the_editor(read):
    """Three questions at most would tell: here the file says nothing at all."""
    report = read(
        "死亡注销.txt",
        "死亡注销\n所需材料\n1.户口簿。\n办理流程\n到派出所办理。",
    )
    assert "没有写适用地区，请填写" in report.warnings
    assert report.drafts[0].region == ""


def test_page_ends_and_furniture_go():
    """The last line of a page comes again on the next; page numbers stay out."""
    assert mended("请到窗口办理登记", "第3页", "请到窗口办理登记", "icon.png") == [
        "请到窗口办理登记"
    ]


def test_cells_and_row_numbers_may_repeat():
    """Short lines come twice by design."""
    assert mended("原件：1", "原件：1", "2", "2") == ["原件：1", "原件：1", "2", "2"]


def test_cut_labels_phones_sums_and_addresses_are_whole():
    """Narrow columns cut anywhere."""
    assert mended("是否进驻政", "务大厅") == ["是否进驻政务大厅"]
    assert mended("咨询：0599-32123", "45") == ["咨询：0599-3212345"]
    assert mended("每副55", "0元") == ["每副550元"]
    assert mended("http://www.yz.gov.cn/a", "/b.html") == [
        "http://www.yz.gov.cn/a/b.html"
    ]


def test_doubled_sentences_are_single():
    """A copied page says everything twice."""
    assert undouble("请先预约办理。请先预约办理。再来。") == "请先预约办理。再来。"


def test_blocks_of_windows_become_lines():
    """A window without name is called by its address."""
    windows = read_windows(
        ["办理地点：湖滨路1号", "办公电话：0599-1", "办公时间：周一"]
    )
    assert [each.write() for each in windows] == [
        "湖滨路1号（电话：0599-1；办公时间：周一）"
    ]
    assert read_windows(["湖滨社区居委会"]) == []


def test_numbers_with_a_figure_too_many_are_odd():
    """Hotlines, mobiles and local numbers are right."""
    right = "电话：0599-3212345、12345、13800138000、（0599）32123456、400-1234567"
    assert list_odd_numbers(right) == []
    assert list_odd_numbers("咨询电话：0599-321234567") == ["0599-321234567"]
