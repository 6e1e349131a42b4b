// The page's words in Russian (first) and English.
const WORDS = {
  ru: {
    sandbox: "Песочница", time_machine: "Машина времени", plus_hour: "+1 час", plus_day: "+1 день",
    plus_week: "+1 неделя", to_next: "К следующему уведомлению", next_at: "следующее:", faults: "Сбои",
    no_next: "уведомлений пока не запланировано", people: "Люди", name: "Имя", add_person: "Добавить человека", dialogue: "Переписка",
    choose_person: "Выберите, от чьего имени писать боту",
    step_people: "Наставляемая и наставник: «Старт», согласие, анкета.",
    step_panel: "Панель куратора: предложите пару и подтвердите её.",
    step_meeting: "Снова чат: оба принимают, наставник предлагает встречу.",
    step_time: "Машина времени наверху: напоминание, запись встречи, отзывы. Потом показатели в панели.",
    back: "К списку людей", chat_menu: "Действия с чатом",
    menu: "Меню", message: "Сообщение", attach: "Прикрепить", send: "Отправить", file: "Файл", photo: "Фото",
    voice: "Голосовое", sticker: "Стикер", contact: "Свой контакт", location: "Место", start: "Старт",
    invited: "Вас пригласили", invited_hint: "Приглашение уже в кнопке: нажмите «Старт».",
    about_bot: "Что умеет этот бот?", you_are: "вы –", edited: "изменено", bot: "бот", typing: "печатает…",
    reply: "Ответить", edit: "Изменить", forward: "Переслать", remove: "Удалить", copy: "Скопировать",
    actions: "Действия с сообщением", block: "Заблокировать бота", unblock: "Разблокировать бота",
    clear: "Удалить переписку", deactivate: "Удалить аккаунт", deactivated: "Аккаунт удалён",
    blocked: "бот заблокирован", today: "Сегодня", yesterday: "Вчера", forwarded: "Переслано",
    download: "Скачать", ok: "Понятно", offline: "Связи с песочницей нет, пробую снова…", jump: "К новым сообщениям",
    keyboard: "Клавиатура бота", silent: "без звука", no_messages: "Пока пусто", cancel: "Отменить",
    unread: "непрочитанных", replying: "Ответ на сообщение", editing: "Правка сообщения", pinned: "Закреплено",
    copied: "Скопировано", who_opens: "Кто открывает приглашение?",
    faults_hint: "Проверьте, как бот переживает сбои Telegram. Сбой случится с ближайшими вызовами.",
    limits: "Ограничения Telegram на частоту отправки", fault_kind: "Что случится", fault_method: "С чем",
    fault_times: "Сколько раз", fault_seconds: "Секунд", fault_add: "Устроить сбой", fault_clear: "Отменить все",
    fault_none: "Сбоев не запланировано", close: "Закрыть", any_method: "с любым вызовом",
    "429": "429: слишком часто", "500": "500: ошибка сервера", "502": "502: шлюз не ответил",
    timeout: "ответа нет", delay: "ответ с задержкой", reset_before: "обрыв до выполнения",
    reset_after: "обрыв после выполнения", duplicate_update: "обновление придёт дважды",
    delay_update: "обновление опоздает", sent_file: "файл", times_word: "раз", panel: "Панель",
    fill_in: "Заполнить анкету за меня", filled_in: "Анкета отправлена", bytes: "Б", kilobytes: "КБ", megabytes: "МБ",
  },
  en: {
    sandbox: "Sandbox", time_machine: "Time machine", plus_hour: "+1 hour", plus_day: "+1 day",
    plus_week: "+1 week", to_next: "To the next notice", next_at: "next:", faults: "Faults",
    no_next: "no notice is planned yet", people: "People", name: "Name", add_person: "Add a person", dialogue: "Dialogue",
    choose_person: "Choose who writes to the bot",
    step_people: "Mentee and mentor: Start, consent, questionnaire.",
    step_panel: "The curator's panel: propose a pair and confirm it.",
    step_meeting: "The chat again: both accept, the mentor proposes a meeting.",
    step_time: "The time machine above: reminder, log, feedback. Then the scores in the panel.",
    back: "Back to people", chat_menu: "Chat actions",
    menu: "Menu", message: "Message", attach: "Attach", send: "Send", file: "File", photo: "Photo",
    voice: "Voice message", sticker: "Sticker", contact: "Own contact", location: "Place", start: "Start",
    invited: "You are invited", invited_hint: "The invitation is in the button: press Start.",
    about_bot: "What can this bot do?", you_are: "you are", edited: "edited", bot: "bot", typing: "typing…",
    reply: "Reply", edit: "Edit", forward: "Forward", remove: "Delete", copy: "Copy",
    actions: "Message actions", block: "Block the bot", unblock: "Unblock the bot",
    clear: "Delete the chat", deactivate: "Delete the account", deactivated: "Deleted account",
    blocked: "bot is blocked", today: "Today", yesterday: "Yesterday", forwarded: "Forwarded",
    download: "Download", ok: "OK", offline: "No connection to the sandbox, trying again…", jump: "To new messages",
    keyboard: "Bot's keyboard", silent: "without sound", no_messages: "Nothing yet", cancel: "Cancel",
    unread: "unread", replying: "Reply to a message", editing: "Editing a message", pinned: "Pinned",
    copied: "Copied", who_opens: "Who opens the invitation?",
    faults_hint: "See how the bot lives through Telegram's faults. A fault hits the next calls.",
    limits: "Telegram's limits on sending", fault_kind: "What happens", fault_method: "To what",
    fault_times: "How often", fault_seconds: "Seconds", fault_add: "Plan the fault", fault_clear: "Cancel all",
    fault_none: "No fault is planned", close: "Close", any_method: "any call",
    "429": "429: too many requests", "500": "500: server error", "502": "502: bad gateway",
    timeout: "no answer", delay: "a late answer", reset_before: "connection lost before acting",
    reset_after: "connection lost after acting", duplicate_update: "an update comes twice",
    delay_update: "an update comes late", sent_file: "file", times_word: "times", panel: "Panel",
    fill_in: "Fill in the questionnaire for me", filled_in: "The questionnaire is sent", bytes: "B", kilobytes: "KB", megabytes: "MB",
  },
};

// The one chosen here, else the first of the browser's that the page speaks.
const spoken = [localStorage.getItem("sandbox.language"), ...navigator.languages].map((code) => String(code).slice(0, 2));
let language = spoken.find((code) => code in WORDS) ?? "ru";

// The server's sentences, for a page in Russian.
const REFUSALS = {
  "this account is deleted": "Этот аккаунт удалён",
  "this person blocked the bot: unblock first": "Бот заблокирован: сначала разблокируйте его",
  "this person has not pressed Start yet": "Сначала нажмите «Старт»",
  "this message is no longer in the chat": "Этого сообщения в чате уже нет",
  "there is no such button any more": "Этой кнопки уже нет",
  "there is no reply keyboard in this chat": "Клавиатуры в этом чате уже нет",
  "a message needs a text": "В сообщении нет текста",
  "a message has at most 4096 characters": "В сообщении может быть не больше 4096 знаков",
  "a start payload has 1 to 64 of A-Z a-z 0-9 _ -": "В ссылке неверная метка приглашения",
  "only an own text can be edited": "Изменить можно только свой текст",
  "no notice is planned": "Уведомлений не запланировано",
  "no questionnaire is open here: choose what the bot offers first": "Анкета не открыта: сначала выберите, что предлагает бот",
  "I do not know what to answer here: answer this question yourself, then press again":
    "Не знаю, что здесь ответить: ответьте на этот вопрос сами и нажмите ещё раз",
  "this questionnaire is being filled in already": "Эта анкета уже заполняется",
  "the bot does not answer: press again in a moment": "Бот не отвечает: нажмите ещё раз чуть позже",
};

export const translate = (sentence) => (language === "ru" ? REFUSALS[sentence] ?? sentence : sentence);
export const word = (key) => WORDS[language][key] ?? key;
export const currentLanguage = () => language;
// A text that may be given in each language.
export const inLanguage = (text) => (text && typeof text === "object" ? text[language] ?? text.ru : text);

export function setLanguage(next) {
  language = next;
  localStorage.setItem("sandbox.language", next);
  applyWords();
}

export function applyWords(root = document) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", word(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = word(node.dataset.label);
  }
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = word(node.dataset.placeholder);
}
