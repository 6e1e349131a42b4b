"""Our templates of the personalised programme (DC16) and of the list of mentees without a pair (DC20)."""

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

from tools.document_sheets import BLANK, PERIOD, Sheet, capital


def programme() -> Sheet:
    sheet = Sheet(size=12)
    sheet.unless_draft()
    for text in (
        "УТВЕРЖДАЮ",
        capital('head.position or "руководитель"'),
        f'_______________ {{{{ head.short_name or "{BLANK}" }}}}',
        "{{ date }}",
    ):
        sheet.line(text, align=ALIGN.LEFT, left=100, after=2)
    sheet.line("", after=6)
    sheet.line("{{ organization.name }}", align=ALIGN.CENTER, after=8)
    sheet.line("ПЕРСОНАЛИЗИРОВАННАЯ ПРОГРАММА НАСТАВНИЧЕСТВА", align=ALIGN.CENTER, is_bold=True, after=2)
    sheet.line(f"на срок {PERIOD}", align=ALIGN.CENTER, after=10)
    for title, value in (
        (
            "Наставник",
            "{{ pair.mentor.name }}{% if pair.mentor.position %}, {{ pair.mentor.position }}{% endif %}",
        ),
        (
            "Наставляемый",
            (
                "{% for one in pair.mentees %}{{ one.name }}"
                "{% if one.position %}, {{ one.position }}{% endif %}"
                "{% if not loop.last %}; {% endif %}{% endfor %}"
            ),
        ),
        ("Куратор", f'{{{{ curator.name or "{BLANK}" }}}}'),
        ("Форма и вид наставничества", "{{ pair.form }}; {{ pair.kind }}"),
        (
            "Основание",
            (
                "{% if pair.order_number %}приказ от {{ pair.order_date }} № {{ pair.order_number }}"
                "{% else %}"
                f"{BLANK}{{% endif %}}"
            ),
        ),
        ("Цель", f'{{{{ goal or "{BLANK * 3}" }}}}'),
        ("Выявленные затруднения", f'{{{{ difficulties or "{BLANK * 2}" }}}}'),
        ("Сильные стороны", f'{{{{ strengths or "{BLANK * 2}" }}}}'),
        ("Направления", f'{{{{ directions or "{BLANK * 2}" }}}}'),
        ("Периодичность встреч", f'{{{{ rhythm or "{BLANK}" }}}}'),
        ("Форма отчётности", f'{{{{ reports or "{BLANK}" }}}}'),
    ):
        sheet.line(f"{title}: {value}.", after=4)
    sheet.line("", after=2)
    sheet.line("План мероприятий", align=ALIGN.CENTER, is_bold=True)
    sheet.table(
        ("№", "Мероприятие", "Срок", "Ожидаемый результат", "Фактический результат", "Сделано, оценка"),
        (
            "{{ one.index }}",
            "{{ one.title }}",
            "{{ one.planned_on }}",
            "{{ one.expected }}",
            "{{ one.actual }}",
            "{% if one.done_on %}{{ one.done_on }}, {{ one.mark }}{% endif %}",
        ),
        (10, 41, 24, 36, 33, 26),
        loop="for one in activities",
    )
    sheet.line("", after=6)
    sheet.control("if changes")
    sheet.line("Изменения и продления (по обоюдному согласию)", align=ALIGN.CENTER, is_bold=True)
    sheet.table(
        ("Дата", "Что изменено", "Кто предложил"),
        ("{{ one.date }}", "{{ one.what }}", "{{ one.author }}"),
        (25, 95, 50),
        loop="for one in changes",
    )
    sheet.control("endif")
    sheet.control("if outcome")
    sheet.line("", after=2)
    sheet.line("Итог: {{ outcome }}.")
    sheet.control("endif")
    sheet.line("", after=8)
    sheet.line("С программой согласны:", align=ALIGN.LEFT)
    sheet.line("«___» __________ 20__ г.   _______________   {{ pair.mentor.short_name }}", align=ALIGN.LEFT)
    sheet.control("for one in pair.mentees")
    sheet.line("«___» __________ 20__ г.   _______________   {{ one.short_name }}", align=ALIGN.LEFT)
    sheet.control("endfor")
    sheet.line(
        "{% if approved_on %}Согласована куратором {{ approved_on }}.{% else %}Куратор: "
        f'_______________ {{{{ curator.short_name or "{BLANK}" }}}}{{% endif %}}',
        align=ALIGN.LEFT,
    )
    return sheet


def support_plan() -> Sheet:
    sheet = Sheet(size=12)
    sheet.letterhead()
    sheet.line(
        "СПИСОК НАСТАВЛЯЕМЫХ, НЕ СФОРМИРОВАВШИХ ПАРУ, С ПЛАНОМ ПОДДЕРЖКИ", align=ALIGN.CENTER, is_bold=True
    )
    sheet.line("{{ school_year }} учебный год, по состоянию на {{ date }}", align=ALIGN.CENTER, after=10)
    sheet.table(
        ("№", "Наставляемый", "Причина", "Оказываемая поддержка", "Новый подбор"),
        (
            "{{ one.index }}",
            "{{ one.name }}{% if one.position %}, {{ one.position }}{% endif %}",
            "{{ one.reason }}",
            "{{ one.support }}",
            "{{ one.next_search_on }}",
        ),
        (10, 41, 32, 59, 28),
        loop="for one in mentees",
    )
    sheet.line("", after=14)
    sheet.columns(
        (capital('curator.position or "куратор"'), ALIGN.LEFT),
        ("_______________", ALIGN.CENTER),
        (f'{{{{ curator.short_name or "{BLANK}" }}}}', ALIGN.RIGHT),
    )
    return sheet
