import itertools

from data_pipeline.ingestion.redelivery import delay_seconds


def test_first_redelivery_is_soon() -> None:
    assert delay_seconds(1) == 5


def test_each_redelivery_waits_twice_as_long_up_to_a_quarter_of_an_hour() -> None:
    delays = [delay_seconds(receives) for receives in range(1, 20)]

    assert all(later == min(900, 2 * earlier) for earlier, later in itertools.pairwise(delays))
    assert delays[-1] == 900
