"""An answer on the page goes when its rule does."""


def test_an_answer_whose_rule_is_over_is_not_shown_again(world, citizen):
    """The page of yesterday says to ask anew, with the question."""
    page = citizen.ask("居住证怎么办")
    assert "居住证申领办事指南" in page
    asked = []

    def are_in_force(citations, release_id, *, question=""):
        asked.append(([c.title for c in citations], question))
        return False

    world.parts.are_in_force = are_in_force
    page = citizen.open()
    assert "居住证申领办事指南" not in page
    assert "您之前问的“居住证怎么办”，依据刚有变动" in page
    assert asked == [(["居住证申领办事指南"], "居住证怎么办")]


def test_what_cites_nothing_stays(world, citizen):
    """Greetings, questions back and officers' words rest on no rule."""
    citizen.ask("注册")
    world.parts.are_in_force = lambda *_args, **_more: False
    assert "您想问的是哪一项" in citizen.open()
