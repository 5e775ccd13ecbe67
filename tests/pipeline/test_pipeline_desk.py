"""What a need is tried on is worked out once, however many ask for it at the same time."""

from threading import Event, Thread

import pytest

from builders import NOW, a_scraped_call
from pipeline.desk import Desk
from pipeline.patience import within
from storage import calls as stored_calls
from storage.database import open_database, writing

TENANT = "prov"


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    with writing(found) as conn:
        stored_calls.save_harvest(
            conn, TENANT, "eu-portal", [a_scraped_call(reference="1")], {"eu-portal": 1}, NOW
        )
    yield found
    found.dispose()


def both(first, then):
    """What two threads find, the second begun while the first is at work: (first, second)."""
    found, begun, go_on = {}, Event(), Event()

    def lead() -> None:
        found[0] = first(begun, go_on)

    def follow() -> None:
        found[1] = then()

    threads = [Thread(target=lead, daemon=True), Thread(target=follow, daemon=True)]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(60)
    return found[0], found[1]


def test_the_model_is_loaded_once_by_two_who_ask_together():
    loads = []

    def load(begun, go_on):
        def make():
            loads.append(1)
            begun.set()
            go_on.wait(60)

        desk[0] = Desk(make)
        return desk[0].model()

    desk = [None]
    both(load, lambda: desk[0].model())
    assert len(loads) == 1


def test_calls_are_indexed_once_by_two_who_ask_together(engine):
    desk = Desk()

    def first(begun, go_on):
        begun.set()
        return desk.open_calls(engine, TENANT, NOW)

    one, other = both(first, lambda: desk.open_calls(engine, TENANT, NOW))
    assert one is other


def test_work_that_takes_long_goes_on_beside_and_is_not_waited_for():
    done, go_on = Event(), Event()

    def work() -> str:
        go_on.wait(60)
        done.set()
        return "done"

    assert within(0.0, work) is None
    go_on.set()
    assert done.wait(60)


@pytest.mark.parametrize("seconds", [60.0, None])
def test_work_that_is_done_in_time_is_given_or_raised(seconds):
    assert within(seconds, lambda: "done") == "done"
    with pytest.raises(TimeoutError, match="its own"):
        within(seconds, lambda: (_ for _ in ()).throw(TimeoutError("its own")))
