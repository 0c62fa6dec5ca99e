"""查看（留痕）: what a citizen wrote before it was masked, for a stated reason."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from bot import (
    MAX_A_DAY,
    RevealQuotaError,
    RevealReasonError,
    RevealRefusedError,
    Right,
    UnsealError,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.web import parts

#: Offered beside free words.
REASONS = ("核对身份，办理市民要办的事", "按市民留的电话回复", "核查投诉举报")


@blueprint.post("/messages/<int:message_id>/reveal")
@allow(Right.SERVE)
def reveal(message_id: int) -> ResponseReturnValue:
    """Show a masked line whole, once, and write down who looked and why.

    200; 403 for who neither holds the ticket nor leads, 404 if there is nothing to
    show, 410 if the secret key has changed since,
    422 without a reason, 429 when the day's number is used up.
    """
    given = request.form.get("words", "").strip() or request.form.get("reason", "")
    me = current_officer()
    try:
        text = parts().originals.reveal(message_id, officer_id=me.id, reason=given)
    except RevealRefusedError:
        return _answer(403, fault="只有经办人、组长和督办可以查看。")
    except RevealReasonError:
        return _answer(422, fault="请写明理由，4 到 100 个字。", message_id=message_id)
    except RevealQuotaError:
        return _answer(429, fault=f"一天最多查看 {MAX_A_DAY} 条，今天已经用完。")
    except UnsealError:
        fault = "密钥换过，这条原文打不开了。请向市民再问一次。"
        return _answer(410, fault=fault)
    return _answer(200, text=text)


def _answer(status: int, **shown: object) -> ResponseReturnValue:
    if is_from_script():
        page = render_template("console/_revealed.html", **shown)
    else:
        title = "没有显示" if "fault" in shown else "遮住的内容"
        advice = shown.get("fault") or shown.get("text")
        page = render_template("console/plain.html", title=title, advice=advice)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.app_context_processor
def _offer() -> dict[str, object]:
    return {"reveal_reasons": REASONS}
