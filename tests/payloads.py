"""Texts that try to become more than text, for every field that somebody can fill."""

from __future__ import annotations

import random
from itertools import chain, product
from urllib.parse import quote

#: Called by a payload that runs; the test page defines it.
SENTINEL = "__xss"

#: Asked for by a payload that makes the page ask for something.
CANARY = "/canary"

#: Each runs, or makes the page ask for something, where it is taken for markup.
VECTORS = (
    "<script>__xss(1)</script>",
    "<script src=/canary/1.js></script>",
    "<script type=module>__xss(1)</script>",
    "<ScRiPt>__xss(1)</sCrIpT>",
    "<script\n>__xss(1)</script\n>",
    "<img src=x onerror=__xss(1)>",
    "<img src=/canary/2.png>",
    '<img src="x" onerror="__xss(1)">',
    "<img/src=x/onerror=__xss(1)>",
    "<img src=x onerror\n=\n__xss(1)>",
    "<img srcset='/canary/3.png 1x'>",
    "<image src=x onerror=__xss(1)>",
    "<svg onload=__xss(1)>",
    "<svg/onload=__xss(1)>",
    "<svg><script>__xss(1)</script></svg>",
    "<svg><script href=/canary/4.js /></svg>",
    "<svg><animate onbegin=__xss(1) attributeName=x dur=1s>",
    "<svg><set onbegin=__xss(1) attributeName=x>",
    "<svg><a xlink:href='javascript:__xss(1)'><text y=20>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=__xss(1)>#x'/></svg>",
    "<svg><image href=/canary/5.png></svg>",
    "<svg><foreignObject><img src=x onerror=__xss(1)></foreignObject></svg>",
    "<math><mi xlink:href='javascript:__xss(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=__xss(1)>",
    "<body onload=__xss(1)>",
    "<body onpageshow=__xss(1)>",
    "<iframe src='javascript:parent.__xss(1)'></iframe>",
    "<iframe srcdoc='<script>parent.__xss(1)</script>'></iframe>",
    "<iframe src=/canary/6></iframe>",
    "<object data=/canary/7></object>",
    "<object data='javascript:__xss(1)'></object>",
    "<embed src=/canary/8>",
    "<link rel=stylesheet href=/canary/9.css>",
    "<link rel=prefetch href=/canary/10>",
    "<link rel=icon href=/canary/11.ico>",
    "<base href=/canary/12/>",
    "<meta http-equiv=refresh content='0;url=/canary/13'>",
    "<style>@import '/canary/14.css';</style>",
    "<style>body{background:url(/canary/15)}</style>",
    "<div style='background:url(/canary/16)'>x</div>",
    "<table background=/canary/17><td>x",
    "<input autofocus onfocus=__xss(1)>",
    "<select autofocus onfocus=__xss(1)><option>x</select>",
    "<textarea autofocus onfocus=__xss(1)></textarea>",
    "<details open ontoggle=__xss(1)>x</details>",
    "<video src=x onerror=__xss(1)></video>",
    "<video poster=/canary/18.png></video>",
    "<video><source src=x onerror=__xss(1)></video>",
    "<audio src=x onerror=__xss(1)>",
    "<marquee onstart=__xss(1)>x</marquee>",
    "<p onanimationstart=__xss(1) class=spin>x</p>",
    "<a href='javascript:__xss(1)'>点</a>",
    "<a href='java\tscript:__xss(1)'>点</a>",
    "<a href=' javascript:__xss(1)'>点</a>",
    "<a href='&#106;avascript:__xss(1)'>点</a>",
    "<a href='data:text/html,<script>__xss(1)</script>'>点</a>",
    "<a href='vbscript:__xss(1)'>点</a>",
    "<form action='javascript:__xss(1)'><button>点</button></form>",
    "<form action=/canary/19><input type=submit autofocus>",
    "<button formaction='javascript:__xss(1)' form=ask>点</button>",
    "<isindex action='javascript:__xss(1)' type=image>",
    "<keygen autofocus onfocus=__xss(1)>",
    "<x onclick=__xss(1)>点</x>",
    "<x contenteditable onfocus=__xss(1) autofocus>点</x>",
    "<div hx-get=/canary/20 hx-trigger=load>x</div>",
    "<div hx-post=/canary/21 hx-trigger=load>x</div>",
    "<div data-hx-get=/canary/22 data-hx-trigger=load>x</div>",
    "<div hx-get=/canary/23 hx-trigger='every 1s'>x</div>",
    "<div hx-get=/canary/24 hx-trigger=revealed>x</div>",
    "<div hx-on::load='__xss(1)'>x</div>",
    "<div hx-on:htmx:load='__xss(1)'>x</div>",
    "<div hx-vals='js:{a:__xss(1)}' hx-get=/canary/25 hx-trigger=load>x</div>",
    "<div hx-sse:connect=/canary/26>x</div>",
    "<div hx-ext=sse sse-connect=/canary/27>x</div>",
    "<hx-partial hx-target=body>x</hx-partial>",
    "<div hx-swap-oob='true' id=desk>x</div>",
    "<template><img src=x onerror=__xss(1)></template>",
    "<noscript><p title='</noscript><img src=x onerror=__xss(1)>'>",
    "<title><img src=x onerror=__xss(1)></title>",
    "<plaintext><img src=x onerror=__xss(1)>",
    "<xmp><p title='</xmp><img src=x onerror=__xss(1)>'></xmp>",
    "<!--><img src=x onerror=__xss(1)>-->",
    "<![CDATA[><img src=x onerror=__xss(1)>]]>",
    "<?xml version='1.0'?><img src=x onerror=__xss(1)>",
    "javascript:__xss(1)",
    "data:text/html,<script>__xss(1)</script>",
    "https://e.test/'onmouseover='__xss(1)",
    "[点](javascript:__xss(1))",
    "![x](/canary/28.png)",
    "{{ 7*7 }}{{ config }}",
    "{{ ''.__class__.__mro__ }}",
    "{% include '/etc/passwd' %}",
    "${__xss(1)}",
    "#{__xss(1)}",
    "<%= __xss(1) %>",
    "{{constructor.constructor('__xss(1)')()}}",
    "'-__xss(1)-'",
    '";__xss(1)//',
    "`${__xss(1)}`",
    "\\u003cimg src=x onerror=__xss(1)\\u003e",
    "</script><script>__xss(1)</script>",
    '=HYPERLINK("javascript:__xss(1)","x")',
    "@SUM(1)*cmd|' /C calc'!A0",
)

#: What a payload breaks out of first.
CONTEXTS = (
    "{}",
    '">{}',
    "'>{}",
    "</textarea>{}",
    "</title></style></script>{}",
    "--> {}",
    "</p></li></ol></div>{}",
    '" autofocus onfocus="__xss(1)" x="{}',
    "请问{}怎么办",
)


def _entities(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _numbered(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c in "<>\"'" else c for c in text)


def _fullwidth(text: str) -> str:
    return text.translate({ord("<"): "＜", ord(">"): "＞"})


def _hidden(text: str) -> str:
    return text.replace("<", "<\u200b").replace("on", "o\u00adn")


def _turned(text: str) -> str:
    return f"\u202e{text}\u202c\u2066{text[:6]}\u2069"


def _plain(text: str) -> str:
    return text


#: How it is written; mostly as it is.
WRITINGS = (
    _plain,
    _plain,
    _plain,
    _entities,
    _numbered,
    quote,
    _fullwidth,
    _hidden,
    _turned,
    str.upper,
)


def make_payloads(count: int, *, seed: int = 7) -> list[str]:
    """Return so many different payloads: every vector first, then combinations."""
    combined = [
        write(context.format(vector) if context != "{}" else vector)
        for vector, context, write in product(VECTORS, CONTEXTS, WRITINGS)
    ]
    random.Random(seed).shuffle(combined)
    fitting = (text for text in chain(VECTORS, combined) if len(text) <= 180)
    return list(dict.fromkeys(fitting))[:count]


def pack(payloads: list[str], limit: int) -> list[list[str]]:
    """Group payloads so that each group, a line for each, has ``limit`` characters."""
    groups: list[list[str]] = []
    for payload in payloads:
        if groups and len("\n".join([*groups[-1], payload])) <= limit:
            groups[-1].append(payload)
        else:
            groups.append([payload])
    return groups
