"""The edge: who may speak to us."""

from datetime import UTC, datetime

import pytest

from bot import MessageKind
from handlers.wechat.errors import MalformedPushError, PushRefusedError
from handlers.wechat.gateway import MAX_BODY_BYTES, Gateway
from handlers.wechat.replays import ReplayMemory
from tests.wechat_simulator import Account, Pusher, make_text
from tests.wechat_simulator.account import sign

MESSAGE = make_text("oA", "居住证怎么办", msg_id=1)


@pytest.fixture
def make_gateway(make_settings, now):
    def make(replays=None, **changes):
        return Gateway(make_settings(**changes), lambda: now, replays)

    return make


@pytest.fixture
def make_seal(account, now):
    """Parameters and body as WeChat would send them now, or some seconds off."""
    pushers = []

    def seal(mode="safe", *, xml=MESSAGE, off_s=0, by=account):
        moment = now.timestamp() + off_s
        pusher = Pusher("http://127.0.0.1:9/", by, mode=mode, clock=lambda: moment)
        pushers.append(pusher)
        return pusher.seal(xml)

    yield seal
    for pusher in pushers:
        pusher.close()


def test_official_push_of_the_python_sample(aes_vectors):
    """V5, outer fields in clear and all, is read as the official sample reads it."""
    row = aes_vectors[4]
    settings_of = Account(app_id=row["appid"], token=row["token"], aes_key=row["key"])
    gateway = _make(settings_of, at=int(row["timestamp"]))
    push = gateway.read(_params(row), row["body"].encode())
    assert push.inbound.text == "abcdteT"
    assert push.inbound.message_key == "6054768590064713728"


def test_altered_outer_fields_change_nothing(aes_vectors):
    """Only what is encrypted counts."""
    row = aes_vectors[4]
    gateway = _make(
        Account(app_id=row["appid"], token=row["token"], aes_key=row["key"]),
        at=int(row["timestamp"]),
    )
    body = row["body"]
    for old, new in [
        ("abcdteT", "转账"),
        ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", "oSomebodyElse"),
        ("6054768590064713728", "1"),
        ("gh_10f6c3c3ac5a", "gh_other"),
    ]:
        assert old in body
        body = body.replace(old, new)
    assert gateway.read(_params(row), body.encode()).inbound == (
        gateway.read(_params(row), row["body"].encode()).inbound
    )


def test_openid_of_the_address_is_not_the_sender(make_gateway, make_seal):
    """It is not signed."""
    params, body = make_seal()
    assert params["openid"] == "oUnsigned"
    assert make_gateway().read(params, body).inbound.sender_id == "oA"


@pytest.mark.parametrize("pushed", ["safe", "compat"])
@pytest.mark.parametrize("mode", ["safe", "compat"])
def test_encrypted_modes_are_read(make_gateway, make_seal, mode, pushed):
    """公众平台 calls both of them encrypted; whoever mixes them up is not punished."""
    push = make_gateway(mode=mode).read(*make_seal(pushed))
    assert (push.inbound.kind, push.inbound.text) == (MessageKind.TEXT, "居住证怎么办")


@pytest.mark.parametrize("mode", ["safe", "compat"])
def test_plain_push_needs_plain_mode(make_gateway, make_seal, mode):
    """A plain push's signature does not cover its body: anyone who saw one can post."""
    params, body = make_seal("plain")
    assert make_gateway(mode="plain").read(params, body).inbound.sender_id == "oA"
    with pytest.raises(PushRefusedError, match="plain push"):
        make_gateway(mode=mode).read(params, body)
    # Nor does it help to say that it is encrypted.
    with pytest.raises(PushRefusedError):
        make_gateway(mode=mode).read({**params, "encrypt_type": "aes"}, body)


@pytest.mark.parametrize("mode", ["safe", "compat"])
def test_clear_fields_of_compat_mode_are_never_read(make_gateway, make_seal, mode):
    """Whatever stands there: nothing, somebody else's words, or what is no message."""
    params, body = make_seal("compat")
    sealed = body[body.index(b"<Encrypt>") : body.index(b"</xml>")]
    gateway = make_gateway(mode=mode)
    read = gateway.read(params, body)
    for altered in [
        body.replace("居住证怎么办".encode(), "转账".encode()).replace(
            b"CDATA[oA]", b"CDATA[oB]"
        ),
        b"<xml>" + sealed + b"</xml>",
        b"<xml><MsgType>event</MsgType>" + sealed + b"</xml>",
    ]:
        assert altered != body
        assert gateway.read(params, altered) == read
    with pytest.raises(MalformedPushError):
        gateway.read(params, body.replace(sealed, b""))
    with pytest.raises(MalformedPushError):
        gateway.read(params, body.replace(sealed, sealed * 2))


def test_plain_signature_is_good_for_one_body(make_gateway, make_seal):
    """Whoever finds an address in a log cannot write his own words under it."""
    gateway = make_gateway(ReplayMemory(None), mode="plain")
    params, body = make_seal("plain")
    read = gateway.read(params, body)
    with pytest.raises(PushRefusedError, match="another body"):
        gateway.read(params, body.replace("居住证".encode(), "医保".encode()))
    # WeChat's own second try, and the same words signed anew.
    assert gateway.read(params, body) == read
    assert gateway.read(*make_seal("plain")) == read


@pytest.mark.parametrize("mode", ["safe", "compat"])
def test_resend_of_an_encrypted_message_is_read_again(make_gateway, make_seal, mode):
    """By the same signature or a fresh one; altered clear fields change nothing."""
    gateway = make_gateway(ReplayMemory(None), mode=mode)
    params, body = make_seal(mode)
    read = gateway.read(params, body)
    assert gateway.read(params, body) == read
    assert gateway.read(params, body.replace(b"<xml>", b"<xml><A>1</A>")) == read
    assert gateway.read(*make_seal(mode)) == read


def test_strangers_do_not_fill_the_memory(make_gateway, make_seal):
    """Only what was signed is remembered."""
    memory = ReplayMemory(None)
    gateway = make_gateway(memory)
    params, body = make_seal()
    for number in range(20):
        with pytest.raises(PushRefusedError):
            gateway.read({**params, "msg_signature": f"{number:040d}"}, body)
    with pytest.raises(PushRefusedError):
        gateway.read(
            params, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A")
        )
    assert not memory._local


def test_altered_message_signature_of_the_official_push(aes_vectors):
    """One character of V5's, at any place: refused before anything is decrypted."""
    row = aes_vectors[4]
    gateway = _make(
        Account(app_id=row["appid"], token=row["token"], aes_key=row["key"]),
        at=int(row["timestamp"]),
    )
    good = row["msg_signature"]
    for at in range(len(good)):
        bad = good[:at] + ("0" if good[at] != "0" else "1") + good[at + 1 :]
        with pytest.raises(PushRefusedError, match="signature wrong"):
            gateway.read({**_params(row), "msg_signature": bad}, row["body"].encode())
    with pytest.raises(PushRefusedError, match="signature incomplete"):
        gateway.read({**_params(row), "msg_signature": ""}, row["body"].encode())


def test_another_accounts_message_fails_after_the_signature(aes_vectors):
    """The official push at an account of the same token and key, but another AppID."""
    row = aes_vectors[4]
    gateway = _make(
        Account(app_id="wx0000000000000009", token=row["token"], aes_key=row["key"]),
        at=int(row["timestamp"]),
    )
    with pytest.raises(MalformedPushError, match="another account"):
        gateway.read(_params(row), row["body"].encode())


@pytest.mark.parametrize(
    ("raw", "pad"),
    [
        (b"x" * 32, b"\x20" * 32),
        (b"x" * 31, b"\x00"),
        (b"x" * 31, b"\x21"),
        (b"r" * 16 + b"\xff\xff\xff\xff" + b"<xml/>wx0000000000000001", None),
        (b"r" * 16 + b"\x00\x00\x00\x00" + b"<xml/>wx0000000000000001", None),
        (b"r" * 16 + b"\x00\x00\x00\x06" + b"<xml/>wx000000000000000", None),
        (b"", None),
    ],
)
def test_signed_nonsense_is_malformed(make_gateway, account, make_seal, raw, pad):
    """From one who knows token and key but not the form: pads and lengths that lie."""
    params, _ = make_seal()
    sealed = account.encrypt_raw(raw, pad=pad)
    args = {**params, "msg_signature": _sign(account, params, sealed)}
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    with pytest.raises(MalformedPushError):
        make_gateway().read(args, body)


def test_truncated_ciphertexts_are_malformed(make_gateway, account, make_seal):
    """Cut anywhere and signed as cut: never more than one quiet error."""
    params, _ = make_seal()
    whole = account.encrypt(MESSAGE)
    for end in range(1, len(whole)):
        args = {**params, "msg_signature": _sign(account, params, whole[:end])}
        body = f"<xml><Encrypt>{whole[:end]}</Encrypt></xml>".encode()
        with pytest.raises(MalformedPushError):
            make_gateway().read(args, body)


@pytest.mark.parametrize(
    "name", ["encrypt_type", "msg_signature", "timestamp", "nonce"]
)
def test_downgraded_push_is_refused(make_gateway, make_seal, name):
    """Each parameter of safe mode is needed."""
    params, body = make_seal("compat")
    with pytest.raises(PushRefusedError):
        make_gateway().read({k: v for k, v in params.items() if k != name}, body)


def test_url_signature_is_no_message_signature(make_gateway, make_seal):
    """The vendor says so: signature does not cover what is encrypted."""
    params, body = make_seal()
    with pytest.raises(PushRefusedError, match="signature wrong"):
        make_gateway().read({**params, "msg_signature": params["signature"]}, body)


@pytest.mark.parametrize(
    ("off_s", "is_read"), [(-300, True), (-301, False), (300, True), (301, False)]
)
def test_window(make_gateway, make_seal, off_s, is_read):
    """A recorded push is worthless after five minutes; a clock may be a little off."""
    sealed = make_seal(off_s=off_s)
    if is_read:
        make_gateway().read(*sealed)
    else:
        with pytest.raises(PushRefusedError, match="300 s"):
            make_gateway().read(*sealed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timestamp", "179000000"),
        ("timestamp", "17900000000"),
        ("timestamp", "１７９０００００００"),
        ("timestamp", "179000000\n"),
        ("timestamp", "-790000000"),
        ("nonce", ""),
        ("nonce", "1 2"),
        ("nonce", "1" * 65),
        ("nonce", "一"),
        ("nonce", "12\n"),
    ],
)
def test_odd_forms_are_refused_before_the_signature(
    make_gateway, make_seal, name, value
):
    """Parts are joined without separators; only fixed forms have one reading."""
    params, body = make_seal()
    with pytest.raises(PushRefusedError, match="odd"):
        make_gateway().read({**params, name: value}, body)


def test_another_key_or_account_is_refused(make_gateway, make_seal):
    """A right signature over a message that is not ours."""
    for by in (Account(app_id="wx0000000000000009"), Account(aes_key="Z" * 43)):
        with pytest.raises(MalformedPushError):
            make_gateway().read(*make_seal(by=by))
    with pytest.raises(PushRefusedError, match="signature"):
        make_gateway().read(*make_seal(by=Account(token="Other")))


def test_original_id_is_checked_when_given(make_gateway, make_seal):
    """It names the account by its own id."""
    assert make_gateway(original_id="gh_yunze0001").read(*make_seal())
    with pytest.raises(PushRefusedError, match="original_id"):
        make_gateway(original_id="gh_other").read(*make_seal())


@pytest.mark.parametrize("name", ["token", "aes_key", "app_id"])
def test_nothing_is_read_without_configuration(make_gateway, name):
    """Fail closed: with an empty token everybody could sign."""
    with pytest.raises(PushRefusedError, match="not configured"):
        make_gateway(**{name: ""})


@pytest.mark.parametrize("name", ["token", "app_id"])
def test_plain_mode_needs_its_configuration_too(make_gateway, name):
    """Only the key may be missing."""
    assert make_gateway(mode="plain", aes_key="")
    with pytest.raises(PushRefusedError):
        make_gateway(mode="plain", **{name: ""})


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe<\x00", b"x" * (MAX_BODY_BYTES + 1), "<xml/>".encode("utf-16")],
)
def test_bodies_that_are_none(make_gateway, make_seal, body):
    """Empty, not UTF-8, too large: hidden declarations cannot pass in UTF-16."""
    params, _ = make_seal()
    with pytest.raises(MalformedPushError):
        make_gateway().read(params, body)


def test_official_address_check(signatures):
    """The echo of the official sample, in its second."""
    row = signatures[0]
    gateway = _make(Account(token=row["token"]), at=int(row["timestamp"]))
    args = {**{k: row[k] for k in ("timestamp", "nonce", "signature")}}
    assert gateway.verify({**args, "echostr": "4375120948345356249"}) == (
        "4375120948345356249"
    )
    for change in [
        {"signature": "0" * 40},
        {"signature": ""},
        {"echostr": ""},
        {"echostr": "<b>" + "x" * 600},
        {"echostr": "a b"},
        {"nonce": "1514711493"},
    ]:
        with pytest.raises(PushRefusedError):
            gateway.verify({**args, "echostr": "1", **change})


def test_encrypted_address_check(make_gateway, make_seal, account):
    """Echo what is inside, if it is for us."""
    params, _ = make_seal()
    echo = account.encrypt("4375120948345356249")
    args = {**params, "echostr": echo, "encrypt_type": "aes"}
    pusher = Pusher("http://127.0.0.1:9/", account)
    args["msg_signature"] = pusher.sign(params, echo)
    pusher.close()
    assert make_gateway().verify(args) == "4375120948345356249"
    with pytest.raises(PushRefusedError):
        make_gateway().verify({**args, "msg_signature": params["signature"]})


def _make(account, *, at):
    from handlers.config import WeChatSettings

    settings = WeChatSettings(
        app_id=account.app_id, token=account.token, aes_key=account.aes_key
    )
    return Gateway(settings, lambda: datetime.fromtimestamp(at + 3, UTC))


def _sign(account, params, sealed):
    return sign(account.token, params["timestamp"], params["nonce"], sealed)


def _params(row):
    names = ("timestamp", "nonce", "msg_signature")
    return {"encrypt_type": "aes", **{name: row[name] for name in names}}
