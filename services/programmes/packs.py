"""Load programme packs whole, check them, and keep the whole as JSON.

A running programme stores the resolved pack as JSON and never reads the folder again.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.access.digests import sha256_of
from services.access.errors import N_, DomainError
from services.programmes.areas import areas_of, strengths_of
from services.programmes.consents import FACTS, ConsentText, find_missing_elements, find_placeholders
from services.programmes.folders import COMMON, DEFAULTS, LOCALES, PROGRAMME, Folder, Layered, merge
from services.programmes.problems import Problem, explain
from services.programmes.regulations import Occasion, Pack, Settings
from services.programmes.roadmaps import Row
from services.programmes.surveys import Audience, Survey, find_faults
from services.programmes.texts import Content

__all__ = [
    "Pack",
    "PackBroken",
    "PackNotFound",
    "Problem",
    "ResolvedPack",
    "check_packs",
    "list_packs",
    "load_pack",
]

QUESTIONS_OF = "questions_of"
CONSENT_LIMIT = 3000
"""Characters of a consent text before its facts are filled in, so that one message of 4096 carries it."""

_SOURCED = (
    "words",
    "meeting_kinds",
    "forms",
    "kinds",
    "role_variants",
    "surveys",
    "consents",
    "scoring",
    "targets",
)
_SOURCED_WHEN_SAID = (
    "act",
    "activities",
    "basis",
    "chapters",
    "curator_is",
    "duties",
    "measurement_points",
    "mentee_kinds",
    "papers",
    "phases",
    "retention",
)
"""Not every regulation speaks of these; one that does says where it does."""

_AUDIENCES: dict[Occasion, frozenset[Audience]] = {
    "mentee_intake": frozenset({"mentee"}),
    "mentor_intake": frozenset({"mentor"}),
    "post_meeting": frozenset({"mentee", "mentor"}),
    "quality_checklist": frozenset({"curator", "head", "psychologist"}),
    "satisfaction_mid": frozenset({"mentee", "mentor"}),
    "satisfaction_final": frozenset({"mentee", "mentor"}),
    "indicators_before": frozenset({"mentee", "mentor"}),
    "indicators_after": frozenset({"mentee", "mentor"}),
    "satisfaction_short": frozenset({"mentee"}),
    "mutual_preference": frozenset({"mentee", "mentor"}),
    "compatibility": frozenset({"psychologist"}),
    "mentor_interview": frozenset({"curator"}),
    "swot": frozenset({"curator"}),
    "best_practice": frozenset({"mentor"}),
    "partner_feedback": frozenset({"partner"}),
}


class PackNotFound(DomainError):
    text = N_("There is no programme pack {pack}.")


class PackBroken(DomainError):
    text = N_("Programme pack {pack} has faults ({count}). The first: {first}")

    def __init__(self, pack: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(pack=pack, count=len(problems), first=str(problems[0]))
        self.problems = problems


class ResolvedPack(Content):
    """A pack with its surveys and consent texts in it: all that a running programme needs."""

    pack: Pack
    surveys: tuple[Survey, ...]
    consents: tuple[ConsentText, ...]

    @property
    def settings(self) -> Settings:
        """The pack's defaults."""
        return self.pack.settings

    @property
    def sha256(self) -> str:
        """The mark of this content. Values that equal a model's default are left out, so that a model that
        gains a field does not change the mark of content that does not use it.
        """
        plain = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256_of(canonical)

    def survey(self, survey_id: str) -> Survey:
        """The survey with this id; KeyError if the pack has none."""
        for survey in self.surveys:
            if survey.id == survey_id:
                return survey
        raise KeyError(survey_id)

    def survey_for(self, occasion: Occasion, audience: Audience | None = None) -> Survey | None:
        """What is asked on this occasion (of this audience); None if the pack asks nothing."""
        for use in self.pack.surveys:
            survey = self.survey(use.survey)
            if use.occasion == occasion and audience in {None, survey.audience}:
                return survey
        return None

    def surveys_on(self, *occasions: Occasion) -> frozenset[str]:
        """The ids of what is asked on any of these occasions."""
        return frozenset(use.survey for use in self.pack.surveys if use.occasion in occasions)

    def consent(self, consent_id: str, locale: str) -> ConsentText:
        """The text of the version that the pack names, in Russian unless English is asked for.

        Raises KeyError if the pack has no such consent.
        """
        wanted = "en" if locale.lower().startswith("en") else "ru"
        for consent in self.consents:
            if (consent.id, consent.locale) == (consent_id, wanted):
                return consent
        raise KeyError(consent_id)

    def row(self, row_id: str) -> Row:
        """The row of the roadmap with this id; KeyError if there is none."""
        for row in self.pack.rows():
            if row.id == row_id:
                return row
        raise KeyError(row_id)


def list_packs(root: Path) -> tuple[str, ...]:
    """Ids of the packs in the folder, sound or not."""
    return Folder(root).pack_ids()


def load_pack(root: Path, pack_id: str) -> ResolvedPack:
    """The pack with all it refers to. Raises PackNotFound, or PackBroken with every problem found."""
    folder = Folder(root)
    if pack_id not in folder.pack_ids():
        raise PackNotFound(pack=pack_id)
    resolved = _resolve(folder, pack_id)
    if resolved is None or folder.problems:
        raise PackBroken(pack_id, tuple(sorted(folder.problems)))
    return resolved


def check_packs(root: Path) -> list[Problem]:
    """Every fault of every pack and of what they share, sorted by file and key."""
    folder = Folder(root)
    ids = folder.pack_ids()
    if not ids:
        folder.report(PROGRAMME, "", "there is no pack here: add PACK/programme.toml")
    for survey_id in folder.survey_ids(COMMON):
        _read_survey(folder, COMMON, survey_id)
    for pack_id in ids:
        for survey_id in folder.survey_ids(pack_id):
            _read_survey(folder, pack_id, survey_id)
        _resolve(folder, pack_id)
    return sorted(folder.problems)


def _resolve(folder: Folder, pack_id: str) -> ResolvedPack | None:
    document = folder.read_layered(pack_id, PROGRAMME, DEFAULTS)
    if document is None:
        return None
    try:
        pack = Pack.model_validate(document.merged)
    except ValidationError as error:
        for key, mend in explain(error, document.merged):
            folder.report(document.file_of(key), key, mend)
        return None
    for key, mend in _find_pack_faults(pack, pack_id):
        folder.report(document.file_of(key), key, mend)
    _check_sources(folder, document)
    surveys = _read_surveys(folder, pack, document)
    _check_activities(folder, pack, document, surveys)
    consents = tuple(_read_consents(folder, pack, document))
    return ResolvedPack(pack=pack, surveys=tuple(surveys.values()), consents=consents)


def _find_pack_faults(pack: Pack, folder_name: str) -> Iterator[tuple[str, str]]:
    if pack.id != folder_name:
        yield "id", f"the folder is called {folder_name}: use the same id"
    rows: set[str] = set()
    for stage in pack.stages:
        for row in stage.rows:
            if row.id in rows:
                yield (
                    f"stages.{stage.id}.rows.{row.id}",
                    "this id is taken by a row of an earlier stage: choose another",
                )
            rows.add(row.id)


def _check_sources(folder: Folder, document: Layered) -> None:
    """Whichever file sets a value says where it comes from; a pack's own value never borrows a source."""
    said = {name for name in _SOURCED_WHEN_SAID if name in document.merged}
    needed = {*_SOURCED, *said, *(f"settings.{name}" for name in Settings.model_fields)}
    for name in sorted(needed):
        file = document.file_of(name)
        raw = document.own if file == document.own_file else document.common
        if name not in raw.get("sources", {}):
            mend = "say where this comes from: a regulation, a requirement or docs/domain.md"
            folder.report(file, _source_key(name), mend)
    for raw, file in ((document.own, document.own_file), (document.common, document.common_file)):
        for name in sorted(set(raw.get("sources", {})) - needed - {"stages"}):
            mend = "there is no such key to have a source: correct its spelling or remove it"
            folder.report(file, _source_key(name), mend)


def _source_key(name: str) -> str:
    return f'sources."{name}"' if "." in name else f"sources.{name}"


def _read_surveys(folder: Folder, pack: Pack, document: Layered) -> dict[str, Survey]:
    surveys: dict[str, Survey] = {}
    asked: set[tuple[Occasion, Audience]] = set()
    for place, use in enumerate(pack.surveys, start=1):
        key = f"surveys.{place}"
        if not folder.has_survey(pack.id, use.survey):
            mend = f"there is no survey {use.survey}: add surveys/{use.survey}.toml or name another"
            folder.report(document.file_of(key), f"{key}.survey", mend)
            continue
        survey = surveys.get(use.survey) or _read_survey(folder, pack.id, use.survey)
        if survey is None:
            continue
        surveys[survey.id] = survey
        if survey.audience not in _AUDIENCES[use.occasion]:
            mend = f"{use.survey} is for {survey.audience}, who is not asked on this occasion: name another"
            folder.report(document.file_of(key), f"{key}.survey", mend)
        elif (use.occasion, survey.audience) in asked:
            mend = f"another survey is already asked of {survey.audience} on this occasion: keep one"
            folder.report(document.file_of(key), f"{key}.survey", mend)
        asked.add((use.occasion, survey.audience))
    _check_scoring(folder, pack, document, surveys)
    return surveys


def _check_scoring(folder: Folder, pack: Pack, document: Layered, surveys: dict[str, Survey]) -> None:
    """Levels must cover every possible sum exactly once (A41: 0 to 18 for nine criteria)."""
    if pack.scoring.survey not in {use.survey for use in pack.surveys}:
        mend = f"the pack does not ask {pack.scoring.survey}: name one of its surveys"
        folder.report(document.file_of("scoring.survey"), "scoring.survey", mend)
        return
    survey = surveys.get(pack.scoring.survey)
    if survey is None:
        return
    most = 2 * sum(question.kind == "scale3" for question in survey.questions())
    expected = 0
    for level in sorted(pack.scoring.levels, key=lambda level: level.least):
        key = f"scoring.levels.{level.id}"
        if level.least != expected:
            folder.report(
                document.file_of(key), f"{key}.least", f"levels leave no gap and no overlap: write {expected}"
            )
        if level.most < level.least:
            folder.report(document.file_of(key), f"{key}.most", f"write at least {level.least}")
        expected = max(level.most, level.least) + 1
    if expected != most + 1:
        last = max(pack.scoring.levels, key=lambda level: level.least)
        key = f"scoring.levels.{last.id}"
        folder.report(
            document.file_of(key), f"{key}.most", f"the highest sum of the criteria is {most}: write {most}"
        )


def _check_activities(folder: Folder, pack: Pack, document: Layered, surveys: dict[str, Survey]) -> None:
    """Areas and strengths are those that the mentee is asked about. A common activity of an area that a
    pack's own questionnaire does not have is drafted for nobody, and is no fault.
    """
    asked = [surveys.get(use.survey) for use in pack.surveys if use.occasion == "mentee_intake"]
    if not any(asked):
        return  # what is wrong with the questionnaire is told already
    areas = {one for survey in asked if survey for one in areas_of(survey)}
    strengths = {one for survey in asked if survey for one in strengths_of(survey)}
    for activity in pack.activities:
        key = f"activities.{activity.id}"
        file = document.file_of(key)
        if file == document.common_file and pack.id != COMMON and _has_own_intake(folder, pack):
            continue
        for name, said, known in (
            ("areas", activity.areas, areas),
            ("strengths", activity.strengths, strengths),
        ):
            unknown = [one for one in said if one not in known]
            if unknown:
                mend = f"the mentee is not asked about {unknown[0]}: name one of {', '.join(sorted(known))}"
                folder.report(file, f"{key}.{name}", mend)


def _has_own_intake(folder: Folder, pack: Pack) -> bool:
    own = folder.survey_ids(pack.id)
    return any(use.survey in own for use in pack.surveys if use.occasion == "mentee_intake")


def _read_survey(folder: Folder, pack_id: str, survey_id: str) -> Survey | None:
    name = f"surveys/{survey_id}.toml"
    document = folder.read_layered(pack_id, name, name)
    if document is None:
        return None
    content = _with_questions(folder, pack_id, document)
    try:
        survey = Survey.model_validate(content)
    except ValidationError as error:
        for key, mend in explain(error, content):
            folder.report(document.file_of(key), key, mend)
        return None
    if survey.id != survey_id:
        folder.report(document.file_of("id"), "id", f"the file is called {survey_id}.toml: use the same id")
    for key, mend in find_faults(survey):
        folder.report(document.file_of(key), key, mend)
    return survey


def _with_questions(folder: Folder, pack_id: str, document: Layered) -> dict[str, Any]:
    """A survey that asks what another one asks takes its blocks from there: `questions_of` names it."""
    content = dict(document.merged)
    like = content.pop(QUESTIONS_OF, None)
    if like is None:
        return content
    name = f"surveys/{like}.toml"
    other = folder.read_layered(pack_id, name, name) if folder.has_survey(pack_id, str(like)) else None
    if other is None or QUESTIONS_OF in other.merged:
        mend = f"there is no survey {like} with questions of its own: name one"
        folder.report(document.file_of(QUESTIONS_OF), QUESTIONS_OF, mend)
        return content
    return merge({"blocks": other.merged.get("blocks", [])}, content)


def _read_consents(folder: Folder, pack: Pack, document: Layered) -> Iterator[ConsentText]:
    for use in pack.consents:
        for locale in LOCALES:
            file = folder.consent_file(pack.id, use.id, use.version, locale)
            body = folder.read_text(file)
            if body is None:
                key = f"consents.{use.id}.version"
                folder.report(document.file_of(key), key, f"the text {file} is missing or unreadable: add it")
                continue
            faults = tuple(_find_consent_faults(body, is_paper=use.form == "paper"))
            for mend in faults:
                folder.report(file, "", mend)
            for heading in () if faults else find_missing_elements(use.id, locale, body):
                mend = f"the law wants this said: add a passage that begins **{heading}**"
                folder.report(file, heading, mend)
            if body.strip():
                yield ConsentText.model_validate(
                    {"id": use.id, "version": use.version, "locale": locale, "body": body.strip()}
                )


def _find_consent_faults(body: str, *, is_paper: bool) -> Iterator[str]:
    if not body.strip():
        yield "the text is empty: write it"
    unknown = [name for name in find_placeholders(body) if name not in FACTS]
    if unknown:
        yield f"unknown placeholder {{{unknown[0]}}}: use one of {', '.join(sorted(FACTS))}"
    if not is_paper and len(body.strip()) > CONSENT_LIMIT:
        over = len(body.strip()) - CONSENT_LIMIT
        yield f"the text is {over} characters over {CONSENT_LIMIT}: one message must carry it"
    if body.count("**") % 2:
        yield "a bold passage is not closed: add **"
