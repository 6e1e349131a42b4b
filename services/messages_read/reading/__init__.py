"""A meeting written as one message, read into fields (issue 3, point 1; ux.md idea 1; domain.md 6.2).

Never a guess: what the text does not say stays empty and stands among the questions; the person sees a card
and confirms it before anything is saved.
"""
