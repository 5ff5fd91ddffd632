"""Turns of exports: fair by manager, repeated after a crash, failed after several."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from sessions_app.domain.export_state import ExportState
from sessions_app.exports import tasks
from sessions_app.models import ExportJob
from sessions_app.store.background import MAX_RUNS, tasks_give_back
from sessions_app.store.exports import export_begin
from tests.support import builders
from tests.support.export_jobs import Run, queue_job, write_little
from tests.support.workers import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def _begin() -> ExportJob | None:
    return export_begin(uuid4(), at=timezone.now())


def test_five_files_do_not_keep_another_manager_from_starting() -> None:
    dana, eli = builders.manager(), builders.other_manager()
    of_dana = [queue_job(dana) for _ in range(5)]
    of_eli = queue_job(eli)
    assert [_begin(), _begin(), _begin()] == [of_dana[0], of_eli, None]


def test_managers_take_turns_on_one_worker(run: Run) -> None:
    dana, eli = builders.manager(), builders.other_manager()
    for _ in range(5):
        queue_job(dana)
    for _ in range(2):
        queue_job(eli)
    run(write_little)
    started = ExportJob.objects.order_by("started_at").values_list("manager__username", flat=True)
    assert list(started) == ["dana", "eli", "dana", "eli", "dana", "dana", "dana"]


def test_database_refuses_two_running_jobs_of_a_manager() -> None:
    dana = builders.manager()
    queue_job(dana, state=ExportState.RUNNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        queue_job(dana, state=ExportState.RUNNING)


def test_second_run_of_a_turn_writes_its_job_again(run: Run) -> None:
    lost = queue_job()
    turn = DBTaskResult.objects.get(pk=tasks.make_next_export.enqueue().id)
    turn.claim("dead")
    export_begin(turn.pk, at=timezone.now())
    tasks_give_back(at=timezone.now())
    run(write_little)
    lost.refresh_from_db()
    assert (lost.state, lost.attempts) == (ExportState.READY, 2)


def test_job_whose_turn_has_failed_fails(run: Run) -> None:
    lost, waiting = _lost_too_often()
    tasks.settle_exports.func()
    run(write_little)
    lost.refresh_from_db()
    waiting.refresh_from_db()
    assert (lost.state, waiting.state) == (ExportState.FAILED, ExportState.READY)
    assert "stopped several times" in lost.error


def _lost_too_often() -> tuple[ExportJob, ExportJob]:
    """Return a running job whose worker died in each run of its turn, and the manager's next job."""
    lost = queue_job()
    turn = DBTaskResult.objects.get(pk=tasks.make_next_export.enqueue().id)
    for _ in range(MAX_RUNS):
        turn.claim("dead")
    export_begin(turn.pk, at=timezone.now())
    tasks_give_back(at=timezone.now())
    return lost, queue_job(lost.manager)


@pytest.mark.parametrize("status", ["READY", "RUNNING"])
def test_job_with_an_open_turn_is_left_alone(status: str) -> None:
    turn = tasks.make_next_export.enqueue().id
    DBTaskResult.objects.update(status=status)
    alive = queue_job(state=ExportState.RUNNING, turn=turn)
    tasks.settle_exports.func()
    alive.refresh_from_db()
    assert alive.state == ExportState.RUNNING


def test_unknown_kind_fails(caplog: pytest.LogCaptureFixture) -> None:
    job = queue_job(kind="invoices")
    tasks.offer_turn()
    run_tasks()
    job.refresh_from_db()
    assert job.state == ExportState.FAILED
    assert "There is no export “invoices”." in caplog.text
