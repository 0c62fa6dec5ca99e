"""Raw guides as portals print them: what a citizen asks must come out of each.

The expectations are short facts only: names, numbers, no passages of the guides.
"""

from functools import cache
from pathlib import Path

import pytest

from ingest import read_path
from knowledge import Aspect, EntryKind

RAW = Path(__file__).parents[4] / "shared" / "eval" / "guides" / "raw"

pytestmark = pytest.mark.skipif(
    not RAW.is_dir(), reason="no ../shared/eval/guides/raw here"
)

#: File, item, region, promised limit, fee, names of materials, place, phone; an
#: empty cell: the guide does not say.
EXPECTED = [
    (
        "GD02",
        "城乡居民参保登记",
        "中山市",
        "2个工作日",
        "不收费",
        ("参保登记表（中山市）", "有效身份证件"),
        "博爱六路22号",
        "0760-88334392",
    ),
    (
        "GD12",
        "生育津贴申领",
        "广州市",
        "20个工作日",
        "不收费",
        ("待遇申请表", "结婚证"),
        "天河区政务服务中心",
        "020-12393",
    ),
    (
        "GD13",
        "基本医疗保险参保人员异地就医备案",
        "广东省",
        "1个工作日",
        "不收费",
        ("备案表", "社会保障卡"),
        "参保地",
        "020-12393",
    ),
    (
        "GD14",
        "失业保险金申领",
        "广东省",
        "10个工作日",
        "不收费",
        ("申领表", "失业登记证明"),
        "天河区",
        "020-12333",
    ),
    (
        "GD15",
        "企业职工基本养老保险关系转移接续",
        "广东省",
        "15个工作日",
        "不收费",
        ("申请表", "缴费凭证"),
        "社保经办窗口",
        "020-12333",
    ),
    (
        "GD16",
        "工伤认定",
        "广州市",
        "60日",
        "不收费",
        ("申请表", "诊断证明"),
        "工伤认定窗口",
        "020-12333",
    ),
    (
        "GD17",
        "住房公积金租房提取",
        "广州市",
        "3个工作日",
        "不收费",
        ("提取申请表", "租赁合同"),
        "业务网点",
        "020-12329",
    ),
    (
        "GD18",
        "个人住房公积金贷款审批",
        "广州市",
        "10个工作日",
        "登记费",
        ("贷款申请表", "首付款凭证"),
        "受委托银行",
        "020-12329",
    ),
    (
        "GD20",
        "出生登记（新生儿入户）",
        "广州市",
        "1个工作日",
        "不收费",
        ("出生医学证明", "结婚证"),
        "户政窗口",
        "020-12345",
    ),
    (
        "GD22",
        "居民身份证换领补领",
        "广州市",
        "15个工作日",
        "40元",
        ("申领登记表", "户口簿"),
        "派出所",
        "020-12345",
    ),
    (
        "GD23",
        "普通护照首次申领",
        "广州市",
        "7个工作日",
        "120元",
        ("申请表", "照片"),
        "出入境大厅",
        "020-12367",
    ),
    (
        "GD24",
        "往来港澳通行证及签注申领",
        "广州市",
        "7个工作日",
        "60元",
        ("申请表", "照片"),
        "出入境大厅",
        "020-12367",
    ),
    (
        "GD25",
        "机动车驾驶证期满换证",
        "广州市",
        "1个工作日",
        "10元",
        ("原机动车驾驶证", "申请表"),
        "车辆管理所",
        "020-12123",
    ),
    (
        "GD26",
        "机动车注册登记",
        "广州市",
        "1个工作日",
        "100元",
        ("销售统一发票", "合格证"),
        "车辆管理所",
        "020-12123",
    ),
    (
        "GD27",
        "食品经营许可证核发",
        "广州市",
        "10个工作日",
        "不收费",
        ("许可申请表", "营业执照"),
        "市场监管综合窗口",
        "020-12315",
    ),
    (
        "GD29",
        "公共场所卫生许可",
        "广州市",
        "10个工作日",
        "不收费",
        ("许可申请表", "检测"),
        "卫生健康综合窗口",
        "020-12320",
    ),
    (
        "GD30",
        "教师资格认定",
        "广东省",
        "20个工作日",
        "不收费",
        ("认定申请表", "体检"),
        "教师资格认定服务窗口",
        "020-37626370",
    ),
    (
        "GD31",
        "公共租赁住房保障申请",
        "广州市",
        "30个工作日",
        "不收费",
        ("保障申请表", "收入证明"),
        "街道办事处",
        "020-83123456",
    ),
    (
        "GD32",
        "社会保障卡申领",
        "高州市",
        "1个工作日",
        "不收费",
        ("业务申请表", "个人照片"),
        "7家银行",
        "0668-6882869",
    ),
    (
        "JN01",
        "企业退休人员档案关系接收",
        "槐荫区",
        "1个工作日",
        "不收费",
        ("身份证", "企业退休证明"),
        "",
        "87524298",
    ),
    (
        "LY01",
        "婚生随父母出生登记",
        "临沂市",
        "3个工作日",
        "",
        ("出生医学证明", "结婚证"),
        "",
        "",
    ),
    (
        "LY02",
        "非婚生随父母出生登记",
        "临沂市",
        "3个工作日",
        "",
        ("亲子鉴定报告",),
        "",
        "",
    ),
    (
        "LY03",
        "国（境）外出生随父母登记",
        "临沂市",
        "3个工作日",
        "",
        ("译本", "旅行证"),
        "",
        "",
    ),
    ("LY04", "死亡注销", "临沂市", "3个工作日", "", ("死亡证明", "户口簿"), "", ""),
    ("LY05", "参军入伍注销", "临沂市", "3个工作日", "", ("入伍通知书",), "", ""),
    (
        "LY06",
        "出国（境）定居注销",
        "临沂市",
        "3个工作日",
        "",
        ("永久居留资格证明",),
        "",
        "",
    ),
    ("LY07", "夫妻投靠", "临沂市", "3个工作日", "", ("结婚证",), "", ""),
    (
        "LY08",
        "父母投靠成年子女",
        "临沂市",
        "3个工作日",
        "",
        ("父母与子女关系",),
        "",
        "",
    ),
    ("LY09", "子女投靠父母", "临沂市", "3个工作日", "", ("未婚声明", "离婚证"), "", ""),
    (
        "LY16",
        "普通护照首次",
        "临沂市",
        "7个工作日",
        "160元",
        ("申请表", "居民身份证"),
        "出入境管理机构",
        "",
    ),
]

#: Case, promised limit, one material, and a remark of it: Beihai's page has 16.
CASES = [
    ("BH01", 16, "房租超过家庭收入15%以上提取公积金", "3个工作日", "租房合同", "50%"),
    ("BH01", 16, "购买二手商品房提取公积金", "3个工作日", "房屋所有权证", "一年内"),
    ("BH01", 16, "因离、退休提取住房公积金", "即时办理", "退休证明", ""),
    (
        "BH01",
        16,
        "到广西住房公积金管理辖区外工作提取住房公积金",
        "即时办理",
        "广西辖区外",
        "",
    ),
    (
        "BH01",
        16,
        "因职工死亡、被宣告死亡或被宣告失踪提取住房公积金",
        "",
        "受遗赠",
        "公证书",
    ),
    (
        "BH02",
        2,
        "公积金贷款（购买预售商品房申请贷款）",
        "10个工作日",
        "各3份",
        "贷款资格",
    ),
    ("BH02", 2, "公积金贷款（购买现房申请贷款）", "", "权属证明", "A4纸"),
]


@cache
def read(code):
    """Return the report of the file whose name begins with the code."""
    (path,) = RAW.glob(f"{code}*")
    (report,) = read_path(path)
    return report


def told(draft, *aspects):
    """Return what an entry says under some aspects."""
    return "\n".join(s.text for s in draft.sections if s.aspect in aspects)


def test_every_raw_guide_is_expected_something():
    """A new file in the folder needs a row here."""
    codes = {path.name[:4] for path in RAW.iterdir()}
    assert codes == {row[0] for row in EXPECTED} | {row[0] for row in CASES}


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row[0])
def test_guide_tells_what_citizens_ask(row):
    """Item, region, materials, promised limit, fee, place, phone; or a question."""
    code, item, region, limit, fee, materials, place, phone = row
    report = read(code)
    (draft,) = report.drafts
    assert (draft.kind, draft.title, draft.region) == (EntryKind.GUIDE, item, region)
    assert limit in told(draft, Aspect.TIME_LIMIT).split("法定", 1)[0]
    for name in materials:
        assert name in told(draft, Aspect.MATERIALS)
    asked = " ".join(report.warnings)
    for aspect, value, name in (
        (Aspect.FEE, fee, "是否收费"),
        (Aspect.PLACE, place, "办理地点"),
        (Aspect.PHONE, phone, "咨询电话"),
    ):
        if value:
            assert value in told(draft, aspect)
        else:
            assert name in asked, f"the editor is not asked for {name}"


@pytest.mark.parametrize("row", CASES, ids=lambda row: row[2])
def test_each_case_of_a_page_is_an_entry(row):
    """With its own materials and remarks, and the window that all share."""
    code, entries, item, limit, material, remark = row
    drafts = {draft.title: draft for draft in read(code).drafts}
    assert len(drafts) == entries
    draft = drafts[item]
    assert draft.region == "北海市"
    assert limit in told(draft, Aspect.TIME_LIMIT)
    assert material in told(draft, Aspect.MATERIALS)
    assert remark in told(draft, Aspect.NOTES)
    assert "图书馆对面" in told(draft, Aspect.PLACE)
    assert "不办理业务" in told(draft, Aspect.HOURS)
    assert told(draft, Aspect.PHONE)


def test_windows_keep_their_own_phones():
    """GD02 has two; a phone stands in the line of its window."""
    (draft,) = read("GD02").drafts
    first, second = told(draft, Aspect.PLACE).split("\n")
    assert "0760-12345" in first
    assert "0760-88334392" not in first
    assert "0760-88334392" in second


def test_steps_are_numbered_in_front_and_name_no_officer():
    """GD02 prints the number after the step, and who reviews it."""
    (draft,) = read("GD02").drafts
    process = told(draft, Aspect.PROCESS)
    assert "3. 决定：时限0.25个工作日" in process
    assert "审批人" not in process
    assert "\n步骤" not in process


def test_wrapped_names_are_whole():
    """GD02 cuts a name of a material into five lines."""
    (draft,) = read("GD02").drafts
    materials = told(draft, Aspect.MATERIALS)
    assert "高级技师以上技能人才" in materials
    assert materials.count("\n") == 2


def test_legal_basis_is_kept_apart():
    """Articles and their deadlines stand nowhere but under the basis."""
    (draft,) = read("GD02").drafts
    other = told(draft, *(set(Aspect) - {Aspect.BASIS}))
    assert "第五十七条" in told(draft, Aspect.BASIS)
    assert "第五十七条" not in other


def test_wrong_container_is_told():
    """GD02's file name speaks of pensions, its text never does."""
    assert any("养老" in warning for warning in read("GD02").warnings)


def test_copied_remarks_are_told():
    """BH01 has remarks about houses at a case about leaving a job."""
    titles = [each.title for each in read("BH01").contradictions]
    assert any("终止劳动" in title for title in titles)


def test_two_limits_are_told():
    """GD15 promises 15 days and finishes in 45."""
    values = [each.values for each in read("GD15").contradictions]
    assert ("15个工作日", "45个工作日") in values


def test_blank_fields_are_told():
    """JN01 has an empty process, and says how often one must come."""
    report = read("JN01")
    assert any("办理流程" in warning for warning in report.warnings)
    (draft,) = report.drafts
    assert "只跑一次" in told(draft, Aspect.VISITS)
