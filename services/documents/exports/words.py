"""States and kinds in the words of a spreadsheet's cell; JSON keeps the codes."""

from collections.abc import Mapping

from services.programmes.texts import Text, text

Words = Mapping[str, Text]

ROLES: Words = {"mentee": text("наставляемый", "mentee"), "mentor": text("наставник", "mentor")}

PARTICIPATIONS: Words = {
    "intake": text("заполняет анкету", "fills in the questionnaire"),
    "ready": text("в банке", "in the bank"),
    "paired": text("в паре", "in a pair"),
    "left": text("вне программы", "left the programme"),
}

CONSENT_KINDS: Words = {
    "pd_processing": text("обработка персональных данных", "processing of personal data"),
    "representative": text("законный представитель", "legal representative"),
    "minor_assent": text("согласие участника от 14 до 17 лет", "assent of a participant from 14 to 17"),
    "dissemination": text("распространение (публикации)", "dissemination (publications)"),
    "long_term_bank": text("долгосрочный банк", "long-term bank"),
    "photo_video": text("фото- и видеосъёмка", "photographs and video"),
    "mentoring": text("работа наставником (статья 351.8)", "mentoring work (article 351.8)"),
}
CONSENT_DECISIONS: Words = {
    "given": text("дано", "given"),
    "declined": text("отказ", "declined"),
    "withdrawn": text("отозвано", "withdrawn"),
    "expired": text("срок истёк", "expired"),
}
CONSENT_STATES: Words = {
    **CONSENT_DECISIONS,
    "none": text("не спрашивали", "not asked yet"),
    "outdated": text("дано к прежнему тексту", "given to an earlier text"),
}
CONSENT_MEDIA: Words = {
    "chat": text("в чате", "in the chat"),
    "paper": text("на бумаге", "on paper"),
    "web": text("в форме на сайте", "in a web form"),
}

OUTCOMES: Words = {
    "completed": text("план выполнен", "plan carried out"),
    "extended": text("продлена на следующий год", "goes on next year"),
    "ended_early": text("завершена досрочно", "ended early"),
    "unpaired": text("остался без пары", "stayed without a pair"),
    "unfinished": text("анкета не заполнена", "questionnaire not sent"),
    "left": text("вышел из программы", "left the programme"),
}

PAIRS: Words = {
    "draft": text("черновик", "draft"),
    "offered": text("предложена", "offered"),
    "accepted": text("согласие обеих сторон", "accepted by both"),
    "ordered": text("приказ подписан", "order signed"),
    "active": text("работает", "at work"),
    "paused": text("на паузе", "paused"),
    "completed": text("завершена", "completed"),
    "terminated": text("завершена досрочно", "ended early"),
    "declined": text("отказ", "declined"),
    "expired": text("предложение истекло", "offer ran out"),
}
DECISIONS: Words = {
    "accepted": text("согласие", "accepted"),
    "declined": text("отказ", "declined"),
}
DECLINE_REASONS: Words = {
    "schedule": text("не совпадает расписание", "the schedules do not fit"),
    "subject": text("другой предмет", "another subject"),
    "workload": text("большая нагрузка", "too much work"),
    "personal": text("личные причины", "personal reasons"),
    "other": text("другая причина", "another reason"),
}

MEETINGS: Words = {
    "proposed": text("предложена", "proposed"),
    "planned": text("запланирована", "planned"),
    "held": text("состоялась", "held"),
    "missed": text("не состоялась", "did not take place"),
    "moved": text("перенесена", "moved"),
    "cancelled": text("отменена", "cancelled"),
}
FORMATS: Words = {"in_person": text("очно", "in person"), "online": text("онлайн", "online")}
SOURCES: Words = {
    "bot": text("из чата", "from the chat"),
    "panel": text("внёс куратор", "entered by the curator"),
}

RUNS: Words = {
    "open": text("ждёт ответа", "waits for an answer"),
    "paused": text("отложена", "paused"),
    "sent": text("отправлена", "sent"),
    "partial": text("закрыта неполной", "closed incomplete"),
    "expired": text("закрыта без ответов", "closed without answers"),
}

OUTBOX: Words = {
    "waiting": text("ждёт отправки", "waits to be sent"),
    "sent": text("отправлено", "sent"),
    "skipped": text("не понадобилось", "no longer needed"),
    "parked": text("отклонено Telegram", "refused by Telegram"),
}

ACCOUNTS: Words = {
    "administrator": text("администратор", "administrator"),
    "curator": text("куратор", "curator"),
    "head": text("руководитель", "head"),
    "psychologist": text("педагог-психолог", "psychologist"),
    "observer": text("наблюдатель", "observer"),
}
RESPONSIBLE: Words = {
    **ACCOUNTS,
    **ROLES,
    "deputy_head": text("заместитель руководителя", "deputy head"),
    "methodist": text("методист", "methodologist"),
    "council_chair": text("председатель педагогического совета", "chair of the pedagogical council"),
    "education_authority": text("управление образования", "education authority"),
    "organizations": text("образовательные организации", "educational organisations"),
}
AUDIENCES: Words = {**RESPONSIBLE, "partner": text("партнёр", "partner")}

WINDOWS: Words = {
    "absolute": text("к сроку", "by a date"),
    "yearly": text("ежегодно", "every year"),
    "school_year": text("в учебном году", "in the school year"),
    "on_request": text("по запросу", "on request"),
    "whole_period": text("весь период", "the whole period"),
    "pair_programs": text("по программам пар", "by the pairs' programmes"),
    "own_schedule": text("по отдельному графику", "by a separate schedule"),
}

FILTERS: Words = {
    "cycle_id": text("учебный год", "school year"),
    "role": text("роль", "role"),
    "statuses": text("состояния", "states"),
    "since": text("с даты", "since"),
    "until": text("по дату", "until"),
}
YES, NO = text("да", "yes"), text("нет", "no")
ABOUT = text("О выгрузке", "About this export")
MADE_AT = text("Составлено", "Made at")
ORGANIZATION = text("Организация", "Organisation")
FILTER = text("Отбор", "Filter")
EVERYTHING = text("все записи", "all records")
ROWS = text("Строк", "Rows")
WITHHELD = text("Ответов скрыто по уровню доступа", "Answers withheld from your role")
