"""How we answer, and who takes over.

Knows the knowledge package, and nothing of the web. Other packages import from
``bot`` itself, never from its submodules::

    from bot import FrontDesk
"""

from .accounts import AccountFieldError as AccountFieldError
from .accounts import AccountLockedError as AccountLockedError
from .accounts import LastAdministratorError as LastAdministratorError
from .accounts import LoginRefusedError as LoginRefusedError
from .accounts import LoginTakenError as LoginTakenError
from .accounts import Officer as Officer
from .accounts import OfficerError as OfficerError
from .accounts import OfficerNotFoundError as OfficerNotFoundError
from .accounts import Role as Role
from .accounts import SetupTokenError as SetupTokenError
from .assistant import Assistant as Assistant
from .context import KnowledgeReader as KnowledgeReader
from .database import make_engine as make_engine
from .database import upgrade_database as upgrade_database
from .desk import Desk as Desk
from .desk import DeskCounts as DeskCounts
from .errors import AlreadyClaimedError as AlreadyClaimedError
from .errors import BotError as BotError
from .errors import IllegalMoveError as IllegalMoveError
from .errors import MessageNotFoundError as MessageNotFoundError
from .errors import NotHolderError as NotHolderError
from .errors import StoreUnavailableError as StoreUnavailableError
from .errors import TicketNotFoundError as TicketNotFoundError
from .errors import UnsealError as UnsealError
from .errors import UnsettledTurnError as UnsettledTurnError
from .events import Clock as Clock
from .events import Publish as Publish
from .events import publish_nothing as publish_nothing
from .frontdesk import FrontDesk as FrontDesk
from .frontdesk import Render as Render
from .frontdesk import Reply as Reply
from .officers import OfficerStore as OfficerStore
from .outbox import Delivery as Delivery
from .outbox import Outbox as Outbox
from .passwords import PasswordRefusedError as PasswordRefusedError
from .privacy import mask_personal_data as mask_personal_data
from .rendering import render_citation as render_citation
from .rendering import render_plain as render_plain
from .replies import ReplyRow as ReplyRow
from .replies import get_list as get_list
from .replies import get_reply as get_reply
from .replies import get_wording as get_wording
from .seal import Seal as Seal
from .settings import AnswerSettings as AnswerSettings
from .turn import Effect as Effect
from .turn import Focus as Focus
from .turn import Turn as Turn
from .types import Answer as Answer
from .types import AnswerStatus as AnswerStatus
from .types import Block as Block
from .types import BlockKind as BlockKind
from .types import Channel as Channel
from .types import Citation as Citation
from .types import DeliveryState as DeliveryState
from .types import Evidence as Evidence
from .types import Inbound as Inbound
from .types import Message as Message
from .types import MessageKind as MessageKind
from .types import Option as Option
from .types import Priority as Priority
from .types import Sender as Sender
from .types import Ticket as Ticket
from .types import TicketState as TicketState
from .types import Trigger as Trigger
