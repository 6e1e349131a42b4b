"""The personalised programme of a pair in the chat, and the plan of support of a mentee without one."""

from handlers.programmes.taps import router

__all__ = ["router"]
