"""Which folder a search has, and what it refuses to write to."""

import subprocess
import sys
from dataclasses import replace

import pytest

from data.settings import Data
from tasks.classify.config import Config as ClassifyConfig
from tests.tuning.tiny_task import Config, TinyTrainer
from tuning.search_folder import SearchError, SearchFolder
from tuning.settings import Search, check


def folder(base: Config, strategy: str = "random", **further) -> SearchFolder:
    return SearchFolder.of("tests.tuning.tiny_space", "tiny", base, strategy, further)


def used(path) -> SearchFolder:
    """A folder in which a search has begun."""
    one = folder(Config(run_dir=str(path)))
    one.open(fresh=False)
    one.run.write_json("search.json", {"identity": one.identity, "hyperparameters": {"units": {"min_value": 2}}})
    one.close()
    return one


def test_the_same_command_finds_the_same_folder():
    assert folder(Config()).path == folder(Config(fresh=True)).path
    assert folder(Config()).path.name.startswith("tiny-line-random-")
    others = [
        folder(Config(units=9)),
        folder(Config(), "grid"),
        folder(Config(), objective="val_accuracy"),
        folder(Config(trainer=TinyTrainer(seed=1))),
    ]
    assert len({one.path for one in [folder(Config()), *others]}) == 5


def test_a_folder_of_another_search_is_refused(tmp_path):
    used(tmp_path / "search")
    same = folder(Config(run_dir=str(tmp_path / "search")))
    same.open(fresh=False)
    same.close()
    other = folder(Config(run_dir=str(tmp_path / "search"), units=9))
    with pytest.raises(SearchError, match=r"differ in flags: none before, --units 9 now\)"):
        other.open(fresh=False)
    other.open(fresh=True)
    assert [entry.name for entry in other.path.iterdir()] == ["lock"]


def test_a_search_of_another_space_is_refused(tmp_path):
    one = used(tmp_path / "search")
    one.check_space({"units": {"min_value": 2}})
    with pytest.raises(SearchError, match=r"another space \(rate, units differ; `rate` was absent"):
        one.check_space({"units": {"min_value": 4}, "rate": {"min_value": 1}})


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("text")
    with pytest.raises(SearchError, match="holds no search"):
        folder(Config(run_dir=str(tmp_path))).open(fresh=True)
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("name", ["precious/x", "people.csv", "trials/mine.txt"])
@pytest.mark.parametrize("search", [False, True])
def test_fresh_deletes_nothing_that_no_search_writes(tmp_path, name, search):
    """A file called lock is no sign of a search."""
    if search:
        used(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / "lock").write_text("")
    (tmp_path / name).write_text("mine")
    message = f"what no search writes: {name.split('/')[0]}" if search else "holds no search"
    with pytest.raises(SearchError, match=message):
        folder(Config(run_dir=str(tmp_path))).open(fresh=True)
    assert (tmp_path / name).read_text() == "mine"


def test_fresh_deletes_all_that_a_search_writes(tmp_path):
    names = ["trials.jsonl", "trials/0001/log.txt", "trials/0001/fold0-retrain0/metrics.csv", "dry/outcome.json"]
    names += ["retrained-0002-0000.jsonl", "finalists-0002-0001/0001/outcome.json", "best-0002.log", "report.html"]
    names += ["best-0002/config.json", "best-0002/saved_model/saved_model.pb", "workers.log", "results.json"]
    one = used(tmp_path)
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    one.open(fresh=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]
    one.close()


def test_a_search_whose_first_record_was_never_whole_begins_again(tmp_path):
    for name in ("lock", "search.json.partial"):
        (tmp_path / name).write_text("")
    one = folder(Config(run_dir=str(tmp_path)))
    one.open(fresh=False)
    one.close()


def test_a_folder_that_cannot_be_locked_is_refused(tmp_path, monkeypatch):
    def flock(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("tuning.search_folder.fcntl.flock", flock)
    with pytest.raises(SearchError, match="cannot be locked"):
        folder(Config(run_dir=str(tmp_path / "search"))).open(fresh=False)


@pytest.mark.parametrize("place", ["/proc/lamina", "file/search"])
def test_a_folder_that_cannot_be_written_is_refused(place, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SearchError, match="cannot be written"):
        folder(Config(run_dir=str(tmp_path / place))).open(fresh=False)


def test_two_searches_do_not_share_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tuning.search_folder.PATIENCE", 0.3)
    one = folder(Config(run_dir=str(tmp_path / "search")))
    one.open(fresh=False)
    code = "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    ended = subprocess.run([sys.executable, "-c", code, str(one.path / "lock")], capture_output=True, text=True)
    assert "BlockingIOError" in ended.stderr
    with pytest.raises(SearchError, match="another search is running"):
        folder(Config(run_dir=str(tmp_path / "search"))).open(fresh=False)
    one.close()
    assert not (tmp_path / "search").exists(), "nothing was begun, so nothing is left"


def test_objectives_and_settings_are_checked():
    from tests.tuning import tiny_task

    assert check(tiny_task.TASK, Config(), Search()) == "val_loss"
    with pytest.raises(SearchError, match="`objective` must be one of val_loss, val_accuracy. Received: val_acc"):
        check(tiny_task.TASK, Config(), Search(objective="val_acc"))
    named = replace(Config(), data=replace(Config().data, validation="my.csv"))
    with pytest.raises(SearchError, match="--cross-validate"):
        check(tiny_task.TASK, named, Search(cross_validate=3))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"trials": "0"}, "`trials` must be"),
        ({"trials": "many"}, "Received: many"),
        ({"jobs": 0}, "`jobs` must be at least 1. Received: jobs=0"),
        ({"time_limit": "soon"}, "`time_limit` must be a time such as 90s"),
        ({"chief": "7000"}, "`chief` must be HOST:PORT"),
        ({"chief": "a:1", "worker": "b:2"}, "exclude each other"),
        ({"chief": "a:1", "prune": True}, "`prune`"),
        ({"confirm": -1}, "`confirm`"),
    ],
)
def test_settings_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        Search(**settings)


def test_trials_run_side_by_side_only_where_that_changes_nothing(monkeypatch):
    from tuning.runner import jobs_for

    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1})
    beside = [Search(), Search(strategy="random"), Search(strategy="grid")]
    assert {jobs_for(one, "cpu") for one in beside} == {2}
    learning = [Search(strategy=strategy) for strategy in ("bayesian", "hyperband")]
    assert {jobs_for(one, "cpu") for one in [*learning, Search(prune=True)]} == {1}
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0})
    assert jobs_for(Search(), "cpu") == 1


def test_a_search_is_known_by_the_content_of_its_data(tmp_path, monkeypatch):

    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")

    def path(data: str, **further):
        return SearchFolder.of("tuning.classify", "classify", ClassifyConfig(data=Data(data)), "random", further).path

    first = path("people.csv")
    assert path("./people.csv") == path(str(tmp_path / "people.csv")) == first != path("people.csv", trials=3)
    (tmp_path / "people.csv").write_text("a,b\n1,3\n")
    assert path("people.csv") != first
