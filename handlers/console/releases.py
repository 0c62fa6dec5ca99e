"""The page 知识版本: what was answered from when, and the way back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.wrong import learning_frame
from handlers.web import parts
from knowledge import (
    ChangeError,
    PastRelease,
    PublishingBusyError,
    ReleaseNotFoundError,
)


@blueprint.get("/releases")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def show_releases() -> ResponseReturnValue:
    """List releases, newest first; 200."""
    me = current_officer()
    return render_template(
        "console/releases.html",
        **learning_frame("releases"),
        releases=parts().releases.list(),
        officers={o.id: o.name for o in parts().officers.list_officers()},
        may_return=_may_return(),
        is_bound=me.bureau_id is not None,
    )


@blueprint.get("/releases/<release_id>/return")
@allow(Right.REVIEW_KNOWLEDGE)
def show_return(release_id: str) -> ResponseReturnValue:
    """Ask for the reason, and say what will be undone; 200 or 404."""
    return _ask(_get(release_id), "", "")


@blueprint.post("/releases/<release_id>/return")
@allow(Right.REVIEW_KNOWLEDGE)
def return_to_release(release_id: str) -> ResponseReturnValue:
    """Answer from an older release again; 302, 422 with what is wrong, or 404."""
    release = _get(release_id)
    reason = request.form.get("reason", "").strip()
    actor = parts().make_actor(current_officer())
    try:
        done = parts().releases.roll_back(release_id, actor, reason)
    except ReleaseNotFoundError:
        abort(404)
    except ChangeError as e:
        return _ask(release, reason, e.reason)
    except PublishingBusyError:
        return _ask(release, reason, "正在发布别的修改，请过一分钟再试。")
    back = f"{len(done.returned)} 条修改退回给了编辑。" if done.returned else ""
    flash(f"已经退回，几秒内起效。{back}", "good")
    return redirect(url_for("console.show_releases"))


def _may_return() -> bool:
    me = current_officer()
    return me.may(Right.REVIEW_KNOWLEDGE) and me.bureau_id is None


def _get(release_id: str) -> PastRelease:
    found = next((r for r in parts().releases.list() if r.id == release_id), None)
    if found is None:
        abort(404)
    return found


def _ask(release: PastRelease, reason: str, fault: str) -> ResponseReturnValue:
    releases = list(parts().releases.list())
    newer = releases[: releases.index(release)]
    page = render_template(
        "console/release_return.html",
        **learning_frame("releases"),
        release=release,
        newer=newer,
        reason=reason,
        fault=fault,
    )
    return page, 422 if fault else 200
