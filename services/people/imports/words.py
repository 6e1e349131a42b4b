"""What the template and the result file say, in both languages; the panel shows the same words."""

from collections.abc import Mapping

from services.programmes.texts import Text, text

FAMILY = text("Фамилия", "Family name")
GIVEN = text("Имя", "First name")
PATRONYMIC = text("Отчество", "Patronymic")
POSITION = text("Должность", "Position")
TEMPLATE_TITLE = text("Список сотрудников", "List of staff")
RESULT_TITLE = text("Результат загрузки списка", "Result of the import")

ROW = text("Строка файла", "Row of the file")
FATE = text("Что будет", "What follows")
DONE = text("Что сделано", "What was done")
CELL = text("Ячейка", "Cell")
REASON = text("Почему", "Why")

FATES: Mapping[str, Text] = {
    "new": text("новый человек", "new person"),
    "known": text("уже есть в панели", "known already"),
    "duplicate": text("повтор в этом же файле", "twice in this file"),
    "error": text("ошибка", "error"),
}
FATE_COUNTS: Mapping[str, Text] = {
    "new": text("новых", "new"),
    "known": text("уже есть в панели", "known already"),
    "duplicate": text("повторов в этом же файле", "twice in this file"),
    "error": text("с ошибками", "with errors"),
}
DONE_FATES: Mapping[str, Text] = {**FATES, "new": text("карточка добавлена", "card added")}

FAULTS: Mapping[str, Text] = {
    "no_family_name": text("не указана фамилия", "the family name is missing"),
    "no_given_name": text("не указано имя", "the first name is missing"),
    "too_long": text("слишком длинно", "too long"),
    "not_a_name": text("это не похоже на имя: есть цифры или знаки", "not a name: it has digits or signs"),
    "initials": text(
        "инициалы вместо имени: напишите имя полностью",
        "initials instead of the first name: write it in full",
    ),
    "unclear": text(
        "не разобрать, где фамилия, имя и отчество: напишите их в отдельных столбцах",
        "family name and first name cannot be told apart: please write them in columns of their own",
    ),
}
SAME_ROW = text("как в строке {row}", "as in row {row}")
POSITION_DIFFERS = text(
    "должность в карточке другая; если это тёзка, добавьте его вручную",
    "another position stands on the card; if this is a namesake, add them by hand",
)
