"""The conversation in a browser: the same assistant, for any phone.

Works without JavaScript; chat.js only makes it smoother.
"""

from flask import Blueprint

blueprint = Blueprint("webchat", __name__, url_prefix="/chat")

# The views need the blueprint, so they come after it.
from handlers.webchat import files as files  # noqa: E402
from handlers.webchat import presence as presence  # noqa: E402
from handlers.webchat import rating as rating  # noqa: E402
from handlers.webchat import views as views  # noqa: E402
