"""Plans of pairs as a job: facts are read in one go, solved without a session, stored with the job's end."""

from sqlalchemy.orm import Session

from services.matching.making import plan_of, read_inputs, store_run
from worker.work import Outcome, Work


def run_matching(work: Work) -> Outcome:
    """Arguments: run_id. Begun anew after a crash: nothing is stored before the end.

    Raises NotFound, NotAllowed.
    """
    run_id = int(work.job.arguments["run_id"])
    with work.database.reading() as session:
        facts = read_inputs(session, actor=work.actor(session), run_id=run_id)
    plans = plan_of(facts)
    work.check_goes_on()

    def store(session: Session) -> None:
        store_run(session, run_id=run_id, facts=facts, plans=plans, now=work.now())

    return Outcome({"run": run_id}, store=store)
