"""The conversation in a browser: the same assistant, for any phone.

Works without JavaScript; chat.js only makes it smoother.
"""

from flask import Blueprint

blueprint = Blueprint("webchat", __name__, url_prefix="/chat")

from handlers.webchat import views as views  # noqa: E402 - views need the blueprint
