from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from data_pipeline.jobs import store as store_module
from data_pipeline.jobs.job import Job, Progress, Status, timestamp
from data_pipeline.jobs.store import JobStore, Selection
from tests.integration.jobs.conftest import make_job


def _page(store: JobStore, **more: object) -> list[str]:
    asked: dict[str, object] = {"wanted": Selection(), "limit": 10, "now": 0, "after": None}
    return [job.job_id for job in store.page("key-1", **(asked | more)).jobs]  # type: ignore[arg-type]


def test_job_that_is_added_again_stays_as_it_is(store: JobStore) -> None:
    job = make_job(status=Status.QUEUED)
    store.add(job)
    store.end(job.job_id, Status.CANCELLED)
    store.add(job)
    kept = store.get(job.job_id)
    assert kept is not None
    assert kept.status == "CANCELLED"


def test_one_key_stands_for_one_job(store: JobStore) -> None:
    first, second = make_job(), make_job()
    assert store.add_once(first, "k") == first
    assert store.add_once(second, "k") == first
    assert store.get(second.job_id) is None


def test_keys_of_two_owners_have_nothing_to_do_with_each_other(store: JobStore) -> None:
    first, second = make_job(owner="one"), make_job(owner="two")
    store.add_once(first, "k")
    assert store.add_once(second, "k") == second


def test_expired_key_stands_for_nothing(store: JobStore) -> None:
    store.add_once(make_job(expires_at=1), "k")
    second = make_job()
    assert store.add_once(second, "k") == second


def test_of_many_requests_with_one_key_at_once_one_adds_its_job(store: JobStore) -> None:
    jobs = [make_job() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        given: list[Job] = list(pool.map(lambda job: store.add_once(job, "k"), jobs))
    assert len({job.job_id for job in given}) == 1
    assert _page(store) == [given[0].job_id]


def test_job_ends_once(store: JobStore) -> None:
    job = make_job()
    store.add(job)
    begun = timestamp(datetime.now(UTC))
    assert store.end(job.job_id, Status.CANCELLED)
    ended = store.get(job.job_id)
    assert ended is not None
    assert ended.status == Status.CANCELLED
    assert begun <= (ended.completed_at or "") <= timestamp(datetime.now(UTC))
    assert not store.end(job.job_id, Status.FAILED)
    assert store.get(job.job_id) == ended


def test_progress_is_for_running_jobs(store: JobStore) -> None:
    running, queued = make_job(), make_job(status=Status.QUEUED)
    store.add(running)
    store.add(queued)
    assert store.report(running.job_id, Progress(rows=7, bytes=99))
    assert not store.report(queued.job_id, Progress(rows=7, bytes=99))
    assert not store.report(make_job().job_id, Progress(rows=7, bytes=99))
    kept = store.get(running.job_id)
    assert kept is not None
    assert kept.resource().progress == Progress(rows=7, bytes=99)


def test_listing_is_the_owners_newest_first(store: JobStore) -> None:
    moments = ["2026-01-01T00:00:00.000Z", "2026-01-03T00:00:00.000Z", "2026-01-02T00:00:00.000Z"]
    first, third, second = (make_job(created_at=moment) for moment in moments)
    for job in (first, third, second, make_job(owner="somebody else")):
        store.add(job)
    assert _page(store) == [third.job_id, second.job_id, first.job_id]


def test_listing_shows_jobs_whole_and_carries_no_results(store: JobStore) -> None:
    job = make_job(
        status=Status.SUCCEEDED,
        name="a job",
        started_at="2026-01-02T03:04:06Z",
        completed_at="2026-01-02T03:04:07.000Z",
        row_count=5,
        bytes=7,
        progress_rows=5,
        progress_bytes=7,
        error_json="null",
        result_json='{"rows": []}',
    )
    store.add(job)
    (listed,) = store.page("key-1", wanted=Selection(), limit=10, now=0, after=None).jobs
    assert listed.result_json is None
    assert listed.resource() == job.resource()


def test_listing_filters_and_leaves_out_what_expired(store: JobStore) -> None:
    done = make_job(status=Status.SUCCEEDED)
    for job in (done, make_job(), make_job(status=Status.SUCCEEDED, expires_at=5)):
        store.add(job)
    assert _page(store, wanted=Selection(attributes={"status": "SUCCEEDED"}), now=10) == [
        done.job_id
    ]
    assert _page(store, wanted=Selection(attributes={"operation": "simple_demo"})) == []


def test_listing_is_of_a_time(store: JobStore) -> None:
    jobs = [make_job(created_at=f"2026-01-0{day}T00:00:00.000Z") for day in range(1, 6)]
    for job in jobs:
        store.add(job)
    wanted = Selection(since="2026-01-02T00:00:00.000Z", until="2026-01-04T00:00:00.000Z")
    assert _page(store, wanted=wanted) == [job.job_id for job in reversed(jobs[1:4])]


def test_page_is_full_however_few_jobs_are_wanted(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_ITEMS_OF_A_READ", 2)
    days = [f"2026-01-{day:02}T00:00:00.000Z" for day in range(1, 16)]
    for day in days:
        store.add(make_job(created_at=day, status=Status.FAILED if day in days[::5] else "RUNNING"))
    page = store.page(
        "key-1", wanted=Selection(attributes={"status": "FAILED"}), limit=2, now=0, after=None
    )
    assert [job.created_at for job in page.jobs] == [days[10], days[5]]
    rest = store.page(
        "key-1", wanted=Selection(attributes={"status": "FAILED"}), limit=2, now=0, after=page.last
    )
    assert [job.created_at for job in rest.jobs] == [days[0]]
    assert rest.last is None


def test_pages_follow_each_other_without_gap_or_repetition(store: JobStore) -> None:
    jobs = [make_job(created_at=f"2026-01-0{day}T00:00:00.000Z") for day in range(1, 8)]
    for job in jobs:
        store.add(job)
    seen: list[str] = []
    after = None
    while True:
        page = store.page("key-1", wanted=Selection(), limit=3, now=0, after=after)
        seen += [job.job_id for job in page.jobs]
        after = page.last
        if after is None:
            break
    assert seen == [job.job_id for job in reversed(jobs)]
