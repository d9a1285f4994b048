"""A whole search, its trials run in this process: what it finds, how it goes on, what it refuses and leaves behind."""

from dataclasses import replace

import pytest

from tasks import translate
from tasks.members import Members
from tests.tuning import tiny_space, tiny_task
from tests.tuning.same_process import SameProcess
from training.hosts import Hosts
from tuning.journal import Journal
from tuning.runner import Runner
from tuning.search import search, start
from tuning.search_folder import SearchError
from tuning.settings import Search, check
from tuning.space import no_space, typed

SPACE = "tests.tuning.tiny_space"


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Trials run in this process, and the disk need not keep anything."""
    monkeypatch.setattr("tuning.runner.Workers", SameProcess)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def config(folder, **changes) -> tiny_task.Config:
    return tiny_task.Config(run_dir=str(folder / "search"), **changes)


def test_a_search_finds_more_than_the_default_and_says_how(tmp_path, capsys):
    found = search(SPACE, config(tmp_path), Search(trials="8", strategy="coarse-to-fine"))
    assert [trial.number for trial in found.trials] == list(range(9))
    assert found.default.values == {} and found.default.score == tiny_task.loss(tiny_task.Config())
    assert found.best.score == min(trial.score for trial in found.trials) < found.default.score
    best = found.config_of(found.best)
    assert (best.units, best.trainer.learning_rate) == (found.best.values["units"], found.best.values["learning_rate"])
    assert best.trainer.seed == 0
    assert found.best.score == tiny_task.loss(replace(best, trainer=replace(best.trainer, seed=found.best.seed)))
    assert len({trial.seed for trial in found.trials}) == 9
    assert found.finished and not found.stopped
    output = capsys.readouterr().out
    assert "coarse-to-fine, 8 trials" in output and "the best so far" in output


def test_the_same_command_does_nothing_twice_and_more_trials_follow(tmp_path):
    first = search(SPACE, config(tmp_path), Search(trials="3"))
    again = search(SPACE, config(tmp_path), Search(trials="3"))
    assert again.trials == first.trials
    more = search(SPACE, config(tmp_path), Search(trials="+2"))
    assert more.trials[:4] == first.trials and len(more.trials) == 6
    assert len(Journal(tmp_path / "search/trials.jsonl").events()) == 2 + 2 * 6
    anew = search(SPACE, config(tmp_path, fresh=True), Search(trials="2"))
    assert len(anew.trials) == 3


def test_what_is_named_is_kept(tmp_path):
    found = search(SPACE, config(tmp_path, units=20), Search(trials="3"))
    assert {trial.values["units"] for trial in found.trials[1:]} == {20}
    assert len({trial.values["learning_rate"] for trial in found.trials[1:]}) == 3


def test_what_is_typed_with_its_default_is_kept(tmp_path):
    with Runner(SPACE, config(tmp_path), Search(trials="3"), typed(["--units", "8", "--no-fresh"])) as runner:
        found = runner.search()
    assert {trial.values["units"] for trial in found.trials[1:]} == {8}
    refused(tmp_path, r"search of other settings \(they differ in kept\)")


def test_the_command_line_tells_the_search_what_is_typed(monkeypatch):
    class Stop(Exception):
        """Here the search would begin."""

    class Seen(Runner):
        def __enter__(self):
            assert "dropout" in self.kept and "activation" not in self.kept
            raise Stop

    monkeypatch.setattr("tuning.runner.Runner", Seen)
    monkeypatch.setattr("sys.argv", ["tuning.classify", "mlp", "--dropout", "0.1"])
    with pytest.raises(Stop):
        start("tuning.classify")


def test_confirmations_are_trained_once(tmp_path):
    with Runner(SPACE, config(tmp_path), Search(trials="2")) as runner:
        found = runner.search()
        jobs = [(found.best.values, 5), ({}, 6)]
        first = found.run(jobs, "confirm")
        before = len(runner.workers.run)
        assert found.run(jobs, "confirm") == first and len(runner.workers.run) == before
    assert [trial.seed for trial in first] == [5, 6]
    assert first[1].score == tiny_task.loss(tiny_task.Config(trainer=tiny_task.TinyTrainer(seed=6)))


def test_an_exhausted_space_is_told(tmp_path, monkeypatch):
    def sample(hp, base):
        return replace(base, act=hp.Choice("act", ["relu", "tanh"], default=base.act))

    monkeypatch.setattr(tiny_space, "sample", sample)
    found = search(SPACE, config(tmp_path), Search(trials="5", strategy="grid"))
    assert found.stopped == "the space is exhausted: it has 2 different trials"
    assert {trial.values["act"] for trial in found.trials[1:]} == {"relu", "tanh"}


def test_out_of_time_is_told_and_the_rest_follows(tmp_path):
    found = search(SPACE, config(tmp_path), Search(trials="2", time_limit="0.000001s"))
    assert found.trials == [] and "2 of 2 trials are left" in found.stopped and not found.finished
    assert len(search(SPACE, config(tmp_path), Search(trials="2")).trials) == 3


def refused(folder, message, settings=None, **changes):
    with pytest.raises(SearchError, match=message):
        search(SPACE, config(folder, **changes), settings or Search(trials="2"))


def test_an_empty_space_is_refused_before_the_first_trial(tmp_path, monkeypatch):
    monkeypatch.setattr(tiny_space, "sample", lambda hp, base: base)
    refused(tmp_path, "The space is empty")
    assert not (tmp_path / "search").exists()


def test_a_model_without_a_space_is_refused_by_name_before_the_first_trial(tmp_path, monkeypatch):
    class Unheard:
        """A recipe that no space knows."""

    monkeypatch.setattr(tiny_space, "sample", lambda hp, base: no_space(Unheard()))
    refused(tmp_path, "`Unheard` has no space")
    assert not (tmp_path / "search").exists()


def test_another_objective_is_refused_before_anything(tmp_path):
    refused(tmp_path, "`objective` must be one of val_loss", Search(objective="val_auc"))
    assert not (tmp_path / "search").exists()


def test_flags_of_one_training_are_refused(tmp_path):
    together = tiny_task.TinyTrainer(machines=Hosts(2, 0, "127.0.0.1:7654"))
    refused(tmp_path, "`--hosts` is for one training", trainer=together)
    refused(tmp_path, "`--check-device` is for one training", trainer=tiny_task.TinyTrainer(check_device="tpu"))
    with pytest.raises(SearchError, match="`--member-jobs` is for one training"):
        check(translate.TASK, translate.Config(members=Members(2, jobs=2)), Search())
    assert check(translate.TASK, translate.Config(members=Members(2)), Search()) == "val_bleu"


@pytest.mark.parametrize(
    ("act", "message"), [("raise", "this setting cannot be trained"), ("nan", "'val_loss' is nan")]
)
def test_a_default_that_cannot_be_trained_is_refused(tmp_path, act, message):
    refused(tmp_path, f"{message}.* Its log: .*dry/log.txt", act=act)
    assert not (tmp_path / "search/trials").exists()


def test_an_app_that_reads_its_test_split_is_refused(tmp_path):
    refused(tmp_path, "test split is out of reach", act="test")


def test_an_edited_space_is_refused(tmp_path, monkeypatch):
    search(SPACE, config(tmp_path), Search(trials="2"))

    def sample(hp, base):
        return replace(base, units=hp.Int("units", 2, 99, default=base.units))

    monkeypatch.setattr(tiny_space, "sample", sample)
    refused(tmp_path, r"another space \(act, learning_rate, units differ")
    refused(tmp_path, "search of other settings", units=5)
