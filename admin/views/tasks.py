"""Everything that waits in one block of the home page, with what may be done about it."""

from flask import abort, redirect, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, see
from admin.cycles import cycle_id_or_none
from admin.inputs import text
from admin.languages import label
from admin.pages import Entry, Group, command, page
from admin.paging import read_asked
from services.access.actors import Right
from services.curator.blocks import Block
from services.curator.overview import list_waiting
from services.delivery.tasks import close_task
from services.pairs.standings import read_standings
from services.surveys.replies import read_replies


class TaskPage(SecuredPage):
    endpoint, url = "tasks", "/tasks"
    entry = Entry(Group.TODAY, behind="home")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> Response:
        return redirect(url_for("home.index"))

    @page("/<block>/", right=Right.MANAGE_PAIRS)
    def block(self, block: str) -> str:
        if block not in set(Block):
            abort(404)
        found = see(list_waiting, cycle_id=cycle_id_or_none(), block=Block(block), asked=read_asked())
        tasks = [one.task_id for one in found.rows if one.task_id is not None]
        pairs = [one.pair_id for one in found.rows if one.pair_id is not None]
        replies = see(read_replies, task_ids=tasks)
        return self.show(
            "panel/tasks.html",
            listed=found,
            block=Block(block),
            replies=replies,
            standings=see(read_standings, pair_ids=pairs),
        )

    @command("/<int:task_id>/close", right=Right.MANAGE_PAIRS)
    def close(self, task_id: int) -> Response:
        do(close_task, task_id=task_id, success=label("Marked as dealt with."))
        block = text("block")
        return redirect(url_for("tasks.block", block=block) if block in set(Block) else url_for("home.index"))
