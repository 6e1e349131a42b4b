"""A meeting written as one message, read into fields.

See docs/design.md#conversation; docs/domain.md#meeting-messages.

Never a guess: what the text does not say stays empty and stands among the questions; the person sees a card
and confirms it before anything is saved.
"""
