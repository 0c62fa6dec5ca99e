"""Links bound to one question."""

from handlers.wechat import AnswerLinks

KEY = "a secret of the test's own, long enough"


def test_link_leads_to_its_message_only():
    """Another key, another number or a cut token leads nowhere."""
    links = AnswerLinks(KEY, "https://wz.example.gov.cn/")
    url = links.make(17)
    assert url.startswith("https://wz.example.gov.cn/wechat/answers/")
    token = url.rpartition("/")[2]
    assert links.read(token) == 17
    assert AnswerLinks("another secret, also long enough", "").read(token) is None
    for wrong in ("", "17", token[:-1], token.swapcase(), f"x{token}"):
        assert links.read(wrong) is None


def test_link_grows_old(monkeypatch):
    """After its days nobody who finds the phone reads it."""
    links = AnswerLinks(KEY, "https://wz.example.gov.cn")
    token = links.make(17).rpartition("/")[2]
    import itsdangerous.timed

    later = itsdangerous.timed.time.time() + 7 * 86_400
    clock = type("Clock", (), {"time": staticmethod(lambda: later + 2)})
    monkeypatch.setattr(itsdangerous.timed, "time", clock)
    assert links.read(token) is None


def test_without_a_public_address_there_is_no_link():
    """An address of this machine helps nobody's phone."""
    assert AnswerLinks(KEY, "").make(17) == ""
