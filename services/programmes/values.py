"""What an answer is made of: what came in (typed or tapped), what is kept, and why it is refused.

A kept value is JSON-able: rating10, scale3 and int are int; yes_no is bool; texts are str; date is str
(ISO 8601); single is an option id or {"other": own text}; multi is a list of option ids in the survey's
order, an own text last as {"other": ...}; person_rank is a list of people's ids, best first.
NOT_APPLICABLE stands for any of them.
"""

from dataclasses import dataclass
from typing import TypeAlias

from services.access.errors import N_, DomainError

OwnText: TypeAlias = dict[str, str]
Value: TypeAlias = bool | int | str | OwnText | list[str | OwnText]

NOT_APPLICABLE: OwnText = {"special": "not_applicable"}
NOT_APPLICABLE_ID = "not_applicable"
"""The id that a button "not applicable" carries."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """What was chosen by buttons: option ids ("7" for a rating, "yes", "no"), an own text for "other"."""

    ids: tuple[str, ...] = ()
    own: str | None = None


Raw: TypeAlias = str | Tapped


class AnswerRefused(DomainError):
    """The answer cannot be kept. A fact that is a Text is resolved in the person's language."""

    text = N_("This answer does not fit the question.")


class AnswerEmpty(AnswerRefused):
    text = N_("Please write the answer in words, in one message.")


class AnswerTooLong(AnswerRefused):
    text = N_(
        "This is longer than fits by {over} characters; the limit is {limit}. Please shorten it a little."
    )


class NotWholeNumber(AnswerRefused):
    text = N_("Please write a whole number in digits, for example {example}.")


class NumberOutOfRange(AnswerRefused):
    text = N_("Please write a number from {minimum} to {maximum}, for example {example}.")


class WrongUnit(AnswerRefused):
    text = N_("Please count in {unit}, for example {example}.")


class NotARating(AnswerRefused):
    text = N_("Please choose a whole number from 1 to 10, for example {example}.")


class NotOnScale(AnswerRefused):
    text = N_("Please choose 0, 1 or 2.")


class NotYesOrNo(AnswerRefused):
    text = N_("Please answer yes or no.")


class NotAnOption(AnswerRefused):
    text = N_("Please choose from the list: tap it, or write its words or its number from 1 to {count}.")


class NothingChosen(AnswerRefused):
    text = N_("Please choose at least one.")


class TooManyChosen(AnswerRefused):
    text = N_("You have chosen {chosen}, and at most {limit} fit. Please drop the less important ones.")


class ChosenBesideOthers(AnswerRefused):
    text = N_("“{option}” does not go together with other choices. Please keep one or the other.")


class NotADate(AnswerRefused):
    text = N_("Please write a date, for example {example}.")
