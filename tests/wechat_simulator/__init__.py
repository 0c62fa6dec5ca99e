"""A WeChat to test against: it pushes as WeChat does and serves WeChat's API.

``World`` is what both sides know: citizens, send windows, and what each phone shows.
``Phone`` acts for a citizen, ``Pusher`` carries it to the account, ``FakeApi`` hears
the account. ``python -m tests.wechat_simulator`` shows a phone in the browser.

Independent of ``handlers.wechat``: it has its own cryptography, so that a mistake
there is not repeated here. It speaks to loopback addresses only.
"""

from .account import Account as Account
from .api import FakeApi as FakeApi
from .faults import Faults as Faults
from .loopback import NotLoopbackError as NotLoopbackError
from .loopback import check_loopback as check_loopback
from .loopback import serve as serve
from .phone import NotFollowingError as NotFollowingError
from .phone import Phone as Phone
from .phone import connect as connect
from .push import Delivery as Delivery
from .push import Pusher as Pusher
from .shapes import make_event as make_event
from .shapes import make_text as make_text
from .world import Citizen as Citizen
from .world import Line as Line
from .world import World as World
