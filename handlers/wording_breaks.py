"""What a look through the audit trail found, in words. Pure."""

from __future__ import annotations

from bot import AuditBreak, AuditVerdict, BreakKind

_SENTENCES = {
    BreakKind.ALTERED: "第 {row} 条被改过，或者换了位置。",
    BreakKind.MISSING: "从第 {row} 条起，少了 {count} 条。",
    BreakKind.ADDED: "第 {row} 条不是程序写的。",
    BreakKind.TORN: "写第 {row} 条时，前面已经对不上。",
    BreakKind.ENDED_EARLY: "最后 {count} 条不见了，从第 {row} 条起。",
    BreakKind.HEAD_ALTERED: "末尾的封条被改过，或者换过密钥。",
    BreakKind.HEAD_MISSING: "末尾的封条不见了。",
    BreakKind.NOT_AS_NOTED: "和记下的封条对不上（第 {row} 条）。",
}


def describe_break(one: AuditBreak) -> str:
    """Return where and how the trail does not fit, as a sentence."""
    return _SENTENCES[one.kind].format(row=one.row_id, count=one.count)


def describe_verdict(verdict: AuditVerdict) -> str:
    """Return what was found, as a sentence or two."""
    if not verdict.is_whole:
        return f"审计记录对不上，共 {len(verdict.breaks)} 处。"
    told = f"{verdict.count} 条记录都对得上。"
    if not verdict.is_keyed:
        told += "没有设密钥，懂行的人改了看不出来。"
    return told
