"""A WeChat to test against: it pushes as WeChat does and serves WeChat's API.

Independent of ``handlers.wechat``: it has its own cryptography, so that a mistake
there is not repeated here. It speaks to loopback addresses only.
"""

from .account import Account as Account
from .api import FakeApi as FakeApi
from .api import Faults as Faults
from .loopback import NotLoopbackError as NotLoopbackError
from .loopback import check_loopback as check_loopback
from .loopback import serve as serve
from .push import Delivery as Delivery
from .push import Pusher as Pusher
from .shapes import make_event as make_event
from .shapes import make_text as make_text
