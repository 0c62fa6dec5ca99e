"""The WeChat official account: what citizens write there, and what we send back.

``webhook`` is the address WeChat calls, ``gateway`` its guard, ``messages`` and
``rendering`` translate, ``client`` calls WeChat's API. Protocol facts and their
sources: ``shared/facts/wechat.md``.
"""

from .answers import answers_blueprint as answers_blueprint
from .client import WeChatClient as WeChatClient
from .errors import WeChatError as WeChatError
from .links import AnswerLinks as AnswerLinks
from .media import Media as Media
from .rendering import SUCCESS as SUCCESS
from .rendering import render_text as render_text
from .replays import ReplayMemory as ReplayMemory
from .text import clean_text as clean_text
from .text import split_text as split_text
from .transfer import OnlineAgents as OnlineAgents
from .webhook import blueprint as blueprint
