"""Makes our templates of documents (programmes/common/documents/*.docx), so that they can be read as code.

    python -m tools.document_templates

What stands in double braces are the facts of services/documents/builders.py. A test holds the stored files to
this module.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

from tools.document_sheets import BLANK, PERIOD, Sheet, capital
from tools.programme_templates import programme, support_plan

FOLDER = Path(__file__).resolve().parents[1] / "programmes" / "common" / "documents"


def curator_order() -> Sheet:
    sheet = Sheet()
    sheet.order("О назначении куратора программы наставничества и ответственного за связь")
    sheet.text(
        "1. Назначить куратором программы наставничества {{ curator.name_accusative or "
        f'"{BLANK}" }}}}'
        "{% if curator.position_accusative %}, {{ curator.position_accusative }}{% endif %}. Обязанности куратора: "
        "{{ duties_curator }}.",
        "2. Назначить ответственным за связь {{ liaison.name_accusative or "
        f'"{BLANK}" }}}}'
        "{% if liaison.position_accusative %}, {{ liaison.position_accusative }}{% endif %}. Обязанности: "
        "{{ duties_liaison }}.",
        "3. {{ control }}",
    )
    sheet.end_of_order()
    sheet.line("", after=6)
    sheet.line("С приказом ознакомлены:", align=ALIGN.LEFT)
    for name in ("curator", "liaison"):
        sheet.line(
            f'«___» __________ 20__ г.   _______________   {{{{ {name}.short_name or "{BLANK}" }}}}',
            align=ALIGN.LEFT,
        )
    return sheet


def mentors_order() -> Sheet:
    sheet = Sheet()
    sheet.order("О назначении наставников")
    sheet.text(
        f"1. Назначить наставниками с их письменного согласия на срок {PERIOD} следующих работников:",
    )
    sheet.table(
        ("№", "Фамилия, имя, отчество", "Должность", "Категория", "Согласие", "Ознакомлен(а): подпись, дата"),
        (
            "{{ one.index }}",
            "{{ one.name }}",
            "{{ one.position }}",
            "{{ one.category }}",
            "{{ one.consent }}",
            "",
        ),
        (9, 45, 38, 22, 26, 30),
        loop="for one in mentors",
        size=11,
    )
    sheet.line("", after=2)
    sheet.text(
        "2. Содержание, сроки и форма работы, размер и условия выплат определяются дополнительными соглашениями к "
        "трудовым договорам (статья 351.8 Трудового кодекса Российской Федерации).",
        "3. {{ control }}",
    )
    sheet.end_of_order()
    return sheet


def pairs_order() -> Sheet:
    sheet = Sheet()
    sheet.order("О закреплении наставнических пар (групп)")
    sheet.text(
        f"1. Закрепить наставнические пары (группы) согласно приложению на срок {PERIOD}.",
        "2. Наставникам выполнять работу с письменного согласия на условиях дополнительных соглашений к трудовым "
        "договорам (статья 351.8 Трудового кодекса Российской Федерации).",
        "3. Отчётность: {{ schedule }}.",
        "4. Сопровождение пар (групп) возложить на {{ curator.name_accusative or "
        f'"{BLANK}" }}}}'
        "{% if curator.position_accusative %}, {{ curator.position_accusative }}{% endif %}.",
        "5. {{ control }}",
    )
    sheet.end_of_order()
    sheet.annex()
    sheet.line("Наставнические пары (группы)", align=ALIGN.CENTER, is_bold=True)
    sheet.table(
        (
            "№",
            "Наставник",
            "Должность, категория",
            "Наставляемый",
            "Должность, стаж",
            "Форма",
            "Вид",
            "С",
            "По",
        ),
        (
            "{{ pair.index }}",
            "{{ pair.mentor.name }}",
            "{{ pair.mentor.position }}{% if pair.mentor.category %}, {{ pair.mentor.category }}{% endif %}",
            "{% for one in pair.mentees %}{{ one.name }}{% if not loop.last %}; {% endif %}{% endfor %}",
            "{% for one in pair.mentees %}{{ one.position }}{% if one.experience %}, {{ one.experience }}{% endif %}"
            "{% if not loop.last %}; {% endif %}{% endfor %}",
            "{{ pair.form }}",
            "{{ pair.kind }}",
            "{{ pair.starts_on }}",
            "{{ pair.ends_on }}",
        ),
        (9, 36, 36, 36, 36, 26, 32, 23, 23),
        loop="for pair in pairs",
    )
    sheet.line("", after=10)
    sheet.line("С приказом ознакомлены", align=ALIGN.CENTER, is_bold=True)
    sheet.table(
        ("№", "Наставник", "Подпись, дата", "Наставляемый", "Подпись, дата"),
        (
            "{{ pair.index }}",
            "{{ pair.mentor.name }}",
            "",
            "{{ pair.mentee_names }}",
            "",
        ),
        (12, 75, 47, 75, 48),
        loop="for pair in pairs",
    )
    return sheet


def ending_order() -> Sheet:
    sheet = Sheet()
    sheet.order("О замене наставника (прекращении наставничества)")
    sheet.text(
        "1. Прекратить с {{ effective_on }} работу наставнических пар (групп){% if reason %} в связи со следующим: "
        "{{ reason }}{% endif %}:",
    )
    sheet.control("for pair in pairs")
    sheet.text(
        "{{ pair.index }}) наставника {{ pair.mentor.name_genitive }}"
        "{% if pair.mentor.position_genitive %}, {{ pair.mentor.position_genitive }}{% endif %}, и "
        "{{ pair.mentee_names_genitive }}"
        "{% if pair.order_number %} (приказ от {{ pair.order_date }} № {{ pair.order_number }}){% endif %};",
    )
    sheet.control("endfor")
    sheet.control("if successor")
    sheet.text(
        "2. Назначить с {{ effective_on }} наставником с письменного согласия {{ successor.name_accusative }}"
        "{% if successor.position_accusative %}, {{ successor.position_accusative }}{% endif %}.",
    )
    sheet.control("endif")
    sheet.text("{% if successor %}3{% else %}2{% endif %}. {{ control }}")
    sheet.end_of_order()
    sheet.line("", after=6)
    sheet.line("С приказом ознакомлены:", align=ALIGN.LEFT)
    sheet.control("for pair in pairs")
    sheet.line("«___» __________ 20__ г.   _______________   {{ pair.mentor.short_name }}", align=ALIGN.LEFT)
    sheet.control("for one in pair.mentees")
    sheet.line("«___» __________ 20__ г.   _______________   {{ one.short_name }}", align=ALIGN.LEFT)
    sheet.control("endfor")
    sheet.control("endfor")
    return sheet


def _letter(sheet: Sheet, person: str) -> None:
    """To the head, from a person."""
    sheet.unless_draft()
    for text in (
        capital('head.position_dative or "руководителю"'),
        "{{ organization.short_name }}",
        f'{{{{ head.name_dative or "{BLANK}" }}}}',
        f"от {{{{ {person}.position_genitive }}}}",
        f"{{{{ {person}.name_genitive }}}}",
    ):
        sheet.line(text, align=ALIGN.LEFT, left=85, after=2)
    sheet.line("", after=16)


def _signed_by(sheet: Sheet, person: str) -> None:
    sheet.line("", after=14)
    sheet.columns(
        ("{{ date }}", ALIGN.LEFT),
        ("_______________", ALIGN.CENTER),
        (f"{{{{ {person}.short_name }}}}", ALIGN.RIGHT),
        widths=(75, 45, 50),
    )


def mentor_consent() -> Sheet:
    sheet = Sheet()
    _letter(sheet, "pair.mentor")
    sheet.line("СОГЛАСИЕ", align=ALIGN.CENTER, is_bold=True, after=0)
    sheet.line("на выполнение работы по наставничеству", align=ALIGN.CENTER, is_bold=True, after=10)
    sheet.text(
        "Я, {{ pair.mentor.name }}{% if pair.mentor.position %}, {{ pair.mentor.position }}{% endif %}, на основании "
        "статьи 351.8 Трудового кодекса Российской Федерации даю согласие на выполнение по поручению работодателя "
        "работы по наставничеству: помощь {{ pair.mentee_names_dative }}.",
        "Содержание работы: {{ content }}.",
        "Форма выполнения: {{ work_form }}.",
        f"Срок: {PERIOD}.",
        "Размер и условия выплат: {{ payment }}.",
        "Мне разъяснено, что содержание, сроки и форма работы указываются в трудовом договоре или дополнительном "
        "соглашении к нему, что я вправе досрочно отказаться от этой работы, а работодатель – досрочно отменить "
        "поручение, предупредив другую сторону не менее чем за три рабочих дня.",
    )
    _signed_by(sheet, "pair.mentor")
    return sheet


def mentee_consent() -> Sheet:
    sheet = Sheet()
    _letter(sheet, "mentee")
    sheet.line("СОГЛАСИЕ", align=ALIGN.CENTER, is_bold=True, after=0)
    sheet.line("на участие в программе наставничества", align=ALIGN.CENTER, is_bold=True, after=10)
    sheet.text(
        "Я, {{ mentee.name }}{% if mentee.position %}, {{ mentee.position }}{% endif %}, даю согласие на участие в "
        "программе наставничества в качестве наставляемого под руководством наставника "
        "{{ pair.mentor.name_genitive }}{% if pair.mentor.position_genitive %}, {{ pair.mentor.position_genitive }}"
        "{% endif %}.",
        f"Срок: {PERIOD}. Форма: {{{{ pair.form }}}}.",
        "С обязанностями наставляемого ознакомлен(а): участвовать в согласованных встречах, выполнять мероприятия "
        "персонализированной программы, сообщать наставнику и куратору о трудностях.",
        "Участие добровольное. Мне разъяснено, что я вправе обратиться к куратору с просьбой о замене наставника или "
        "о завершении работы.",
    )
    _signed_by(sheet, "mentee")
    return sheet


def agreement() -> Sheet:
    sheet = Sheet(12)
    sheet.unless_draft()
    sheet.line("ДОПОЛНИТЕЛЬНОЕ СОГЛАШЕНИЕ № {{ number }}", align=ALIGN.CENTER, is_bold=True, after=0)
    sheet.line("к трудовому договору о работе по наставничеству", align=ALIGN.CENTER, is_bold=True, after=10)
    sheet.columns(("{{ place }}", ALIGN.LEFT), ("{{ date }}", ALIGN.RIGHT))
    sheet.line("", after=4)
    sheet.text(
        "{{ organization.name }} (далее – работодатель) в лице "
        "{% if head.name %}{{ head.position_genitive }} {{ head.name_genitive }}{% else %}"
        f"{BLANK}{BLANK}{{% endif %}} с одной стороны и {{{{ pair.mentor.name }}}}"
        "{% if pair.mentor.position %}, {{ pair.mentor.position }}{% endif %} (далее – работник) с другой стороны "
        "заключили настоящее соглашение о нижеследующем.",
        "1. Работник с письменного согласия выполняет по поручению работодателя наряду с работой, определённой "
        "трудовым договором, работу по наставничеству (статья 351.8 Трудового кодекса Российской Федерации): помощь "
        "{{ pair.mentee_names_dative }}.",
        "2. Содержание работы: {{ content }}.",
        f"3. Срок: {PERIOD}.",
        "4. Форма выполнения: {{ work_form }}. Форма наставничества: {{ pair.form }}, вид: {{ pair.kind }}.",
        "5. Размер и условия выплат: {{ payment }}.",
        "6. Работник вправе досрочно отказаться от выполнения работы по наставничеству, а работодатель – досрочно "
        "отменить поручение о её выполнении, предупредив об этом другую сторону не менее чем за три рабочих дня.",
        "7. Остальные условия трудового договора не изменяются. Соглашение составлено в двух экземплярах, по одному "
        "для каждой стороны, и вступает в силу с {{ starts_on }}.",
    )
    sheet.line("", after=6)
    sheet.columns(
        (
            "Работодатель\n{{ organization.name }}{% if organization.address %}\n{{ organization.address }}{% endif %}"
            "{% if organization.inn %}\nИНН {{ organization.inn }}{% endif %}\n\n_______________ "
            '{{ head.short_name or "____________" }}',
            ALIGN.LEFT,
        ),
        (
            "Работник\n{{ pair.mentor.name }}\n{{ pair.mentor.position }}\n\n_______________ "
            "{{ pair.mentor.short_name }}",
            ALIGN.LEFT,
        ),
    )
    sheet.line("", after=10)
    sheet.line(
        "Экземпляр соглашения получен: «___» __________ 20__ г.   _______________   {{ pair.mentor.short_name }}",
        align=ALIGN.LEFT,
    )
    return sheet


def pair_report() -> Sheet:
    sheet = Sheet(12)
    sheet.letterhead()
    sheet.line("ИТОГОВЫЙ ОТЧЁТ НАСТАВНИКА", align=ALIGN.CENTER, is_bold=True, after=10)
    sheet.text(
        "Наставник: {{ pair.mentor.name }}{% if pair.mentor.position %}, {{ pair.mentor.position }}{% endif %}.",
        "Наставляемый: {% for one in pair.mentees %}{{ one.name }}{% if one.position %}, {{ one.position }}{% endif %}"
        "{% if not loop.last %}; {% endif %}{% endfor %}.",
        "Форма: {{ pair.form }}. Вид: {{ pair.kind }}. Срок: с {{ starts_on }} по {{ ends_on }}."
        "{% if pair.order_number %} Приказ от {{ pair.order_date }} № {{ pair.order_number }}.{% endif %}",
        "Проведено встреч: {{ meetings_held }}, всего {{ hours }}. Отменено: {{ meetings_cancelled }}.",
    )
    sheet.table(
        ("№", "Дата", "Вид встречи", "Тема", "Мин.", "Следующий шаг"),
        (
            "{{ one.index }}",
            "{{ one.date }}",
            "{{ one.kind }}",
            "{{ one.topic }}",
            "{{ one.minutes }}",
            "{{ one.next_step }}",
        ),
        (10, 25, 32, 48, 16, 39),
        loop="for one in meetings",
    )
    sheet.line("", after=4)
    for title, value in (
        ("Итоги работы и достигнутые результаты", "conclusion"),
        ("Рекомендации", "recommendation"),
    ):
        sheet.line(f"{title}:", align=ALIGN.LEFT, is_bold=True, after=2)
        sheet.line(
            f"{{% if {value} %}}{{{{ {value} }}}}{{% else %}}{'_' * 76}\n{'_' * 76}{{% endif %}}",
            align=ALIGN.LEFT,
        )
    sheet.line("Оценка наставляемого", align=ALIGN.LEFT, is_bold=True, after=2)
    grid = sheet.doc.add_table(rows=5, cols=2)
    grid.style = "Table Grid"
    sheet.fix(grid, (110, 60))
    for row, cells in zip(
        grid.rows,
        (
            ("Показатель", "Оценка и примеры"),
            ("Знает и применяет нормы и методику", ""),
            ("Мотивация, инициатива", ""),
            ("Самостоятельность", ""),
            ("Дисциплина", ""),
        ),
        strict=True,
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            sheet.fill(cell, text, size=11)
    sheet.line("", after=2)
    sheet.line(
        "Вывод (подчеркнуть): готов к самостоятельной работе; готов при дальнейшем сопровождении; не готов.",
        align=ALIGN.LEFT,
    )
    _signed_by(sheet, "pair.mentor")
    return sheet


TEMPLATES: Mapping[str, Callable[[], Sheet]] = {
    one.__name__: one
    for one in (
        curator_order,
        mentors_order,
        pairs_order,
        mentor_consent,
        mentee_consent,
        agreement,
        ending_order,
        pair_report,
        programme,
        support_plan,
    )
}


def main() -> None:
    for name, make in TEMPLATES.items():
        (FOLDER / f"{name}.docx").write_bytes(make().pages())


if __name__ == "__main__":
    main()
