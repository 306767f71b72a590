from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from data_pipeline.jobs import lost
from data_pipeline.jobs import slots as slots_module
from data_pipeline.jobs.job import Status, new_job_id
from data_pipeline.jobs.slots import JobSlots
from data_pipeline.jobs.store import JobStore
from tests.integration.jobs.conftest import make_job

OWNER = "key-1"


@pytest.fixture
def slots(store: JobStore) -> JobSlots:
    return JobSlots(table=store.table, per_owner=2)


def _run(store: JobStore, slots: JobSlots) -> str | None:
    """The id of a job that now runs, or None when there was no slot for it."""
    job = make_job()
    if not slots.take(OWNER, job.job_id):
        return None
    store.add(job)
    return job.job_id


def test_no_more_jobs_than_slots_run(store: JobStore, slots: JobSlots) -> None:
    assert [_run(store, slots) is not None for _ in range(4)] == [True, True, False, False]
    assert slots.take("another key", new_job_id())


@pytest.mark.parametrize("end", [status for status in Status if status.is_final])
def test_job_that_has_ended_leaves_its_slot(store: JobStore, slots: JobSlots, end: Status) -> None:
    first = _run(store, slots)
    _run(store, slots)
    assert first is not None
    store.end(first, end)
    assert _run(store, slots) is not None
    assert _run(store, slots) is None


def test_job_that_was_never_stored_leaves_its_slot_after_a_while(
    slots: JobSlots, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert slots.take(OWNER, new_job_id())
    assert slots.take(OWNER, new_job_id())
    assert not slots.take(OWNER, new_job_id())
    monkeypatch.setattr(slots_module, "_TIME_TO_BE_STORED", timedelta(0))
    assert slots.take(OWNER, new_job_id())


def test_job_that_never_started_leaves_its_slot_after_a_while(
    store: JobStore, slots: JobSlots, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        job = make_job(status=Status.QUEUED)
        assert slots.take(OWNER, job.job_id)
        store.add(job)
    assert not slots.take(OWNER, new_job_id())
    monkeypatch.setattr(lost, "_TIME_TO_START", timedelta(0))
    assert slots.take(OWNER, new_job_id())


def test_slot_that_is_given_back_is_free(store: JobStore, slots: JobSlots) -> None:
    _run(store, slots)
    waiting = new_job_id()
    assert slots.take(OWNER, waiting)
    slots.give_back(OWNER, waiting)
    assert _run(store, slots) is not None


def test_slot_is_taken_again_by_the_same_job(slots: JobSlots) -> None:
    first, second = new_job_id(), new_job_id()
    assert slots.take(OWNER, first)
    assert slots.take(OWNER, second)
    assert slots.take(OWNER, second)
    assert not slots.take(OWNER, new_job_id())


def test_slot_that_another_request_frees_meanwhile_is_found(
    store: JobStore, slots: JobSlots, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        job_id = _run(store, slots)
        assert job_id is not None
        store.end(job_id, Status.SUCCEEDED)
    taken = JobSlots._taken

    def taken_after_another_request(own: JobSlots, owner: str) -> set[str]:
        monkeypatch.setattr(JobSlots, "_taken", taken)
        assert _run(store, slots) is not None
        return taken(own, owner)

    monkeypatch.setattr(JobSlots, "_taken", taken_after_another_request)
    assert _run(store, slots) is not None
    assert _run(store, slots) is None


def test_of_many_jobs_at_once_as_many_run_as_there_are_slots(store: JobStore) -> None:
    slots = JobSlots(table=store.table, per_owner=5)
    with ThreadPoolExecutor(12) as pool:
        taken = list(pool.map(lambda _: _run(store, slots), range(30)))
    assert sum(job_id is not None for job_id in taken) == 5
