"""What comes after the trials, with trials that are made up: retraining, the test split, the last line, the page."""

import json
import shlex
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.arguments import parse
from tests.tuning import tiny_space, tiny_task
from tuning import report, result
from tuning.journal import Journal
from tuning.search_folder import SearchError
from tuning.settings import Found, Search
from tuning.space import hyperparameters
from tuning.trial import Trial

HISTORY = [{"epoch": 1, "loss": 3.0, "val_loss": 3.5}, {"epoch": 2, "loss": 2.0, "val_loss": 2.5}]
DEFAULT = Trial(0, {}, "completed", 2.8, (2.8,), HISTORY, 1.0)
GOOD = Trial(2, {"learning_rate": 0.008, "units": 19, "act": "tanh"}, "completed", 0.1, (0.1,), HISTORY, 2.0)
FAIR = Trial(4, {"learning_rate": 0.01, "units": 30, "act": "tanh"}, "completed", 0.15, (0.15,), HISTORY, 2.0)
BAD = Trial(1, {"learning_rate": 0.1, "units": 2, "act": "relu"}, "completed", 9.0, (9.0,), HISTORY, 2.0)
FAILED = Trial(3, {"learning_rate": 0.02, "units": 64, "act": "relu"}, "failed", error="MemoryError: too wide")


# Units of a trial -> its score with a new seed; trial 1 is as bad as it looked.
WORSE = {None: 3.2, 2: 9.0, 19: 0.2, 30: 0.1}


class Retrainings:
    """Stands for the processes: the score of a training comes from its units and its seed."""

    def __init__(self, broken: int | None = None, left: int = 0):
        self.broken, self.left, self.asked = broken, left, []

    def listed(self, jobs, name):
        self.asked.append((name, jobs))
        trials = [
            Trial(number, values, "completed", WORSE[values.get("units")] + seed % 2**30 / 10_000, seed=seed)
            for number, (values, seed) in enumerate(jobs, start=1)
        ]
        if self.broken is not None:
            trials[self.broken] = replace(trials[self.broken], status="failed", score=None)
        for place in range(len(trials) - self.left, len(trials)):
            trials[place] = replace(trials[place], status="running", score=None)
        return trials


def searched(folder, trials=(DEFAULT, BAD, GOOD, FAILED), retrainings=None, **more) -> Found:
    """A search that has these trials, with the files that it would have left."""
    base, settings = tiny_task.Config(), more.pop("settings", Search(confirm=2))
    space = hyperparameters(tiny_space.sample, base, set())
    journal = Journal(folder / "trials.jsonl")
    for trial in trials:
        journal.append("ended", trial=trial.as_dict())
    about = {"app": "apps.tiny", "space": tiny_space.__name__, "strategy": "random", "objective": "val_loss"}
    about |= {"direction": "min", "base": [], "settings": asdict(settings), "identity": {"strategy": "random"}}
    about |= {"hyperparameters": {one.name: one.get_config() for one in space.space}}
    (folder / "search.json").write_text(json.dumps(about))
    given = {"folder": folder, "trials": list(trials), "objective": "val_loss", "direction": "min"} | more
    return Found(
        tiny_space.__name__,
        tiny_space,
        settings,
        base,
        base,
        hyperparameters=space,
        _runner=retrainings or Retrainings(),
        **given,
    )


@pytest.fixture
def quick(monkeypatch):
    """The app runs in this process, and there is no page: both are tested as they are once, and take seconds."""

    def run(command, **_):
        if "tuning.report" in command:
            return SimpleNamespace(returncode=0)
        assert command[1:3] == ["-m", "apps.tiny"]
        try:
            tiny_task.main(parse(tiny_task.Config, command[3:]))
        except ValueError:
            return SimpleNamespace(returncode=2)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(result, "subprocess", SimpleNamespace(run=run, DEVNULL=None))


@pytest.mark.whole
def test_the_whole_of_it(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "outside"))  # there is `apps.tiny`
    retrainings = Retrainings()
    found = searched(tmp_path, retrainings=retrainings)
    line = result.finish(found)
    printed = capfd.readouterr().out
    # the command trains exactly the best configuration
    typed = next(one for one in printed.splitlines() if one.startswith("  python -m apps.tiny"))
    config = parse(tiny_task.Config, shlex.split(typed)[3:])
    assert config == found.config_of(GOOD)
    assert (config.units, config.trainer.learning_rate, config.act) == (19, 0.008, "tanh")
    # the finalists are retrained with a seed that no trial had, the better one and the default with further seeds
    (first, compared), (second, confirmed) = retrainings.asked
    assert (first, second) == ("finalists-0002-0001", "retrained-0002-0000")
    assert compared == [(GOOD.values, 2**30), (BAD.values, 2**30)]
    assert [values for values, _ in confirmed] == [GOOD.values] * 2 + [{}] * 2
    assert [seed for _, seed in confirmed] == [2**30 + 1000, 2**30 + 2000] * 2
    # the last line
    last = dict(pair.split("=") for pair in printed.splitlines()[-1].split())
    assert {name: float(value) for name, value in last.items()} == pytest.approx(line, rel=1e-5)
    expected = {"best_val_loss": 0.1, "default_val_loss": 2.8, "trials": 3, "failed": 1, "pruned": 0}
    expected |= {"best_val_loss_retrained": 0.35, "default_val_loss_retrained": 3.35}
    assert line == pytest.approx(expected | {"test_loss": tiny_task.loss(config)})
    # the page
    page = (tmp_path / "report.html").read_text("utf-8")
    for text in ("MemoryError: too wide", "trial 2, retrained", shlex.join(shlex.split(typed)), "Trials over time"):
        assert text in page
    # typed again, the test split is not read again
    assert result.tested(found, GOOD, config) == {"loss": tiny_task.loss(config)}
    assert json.loads((tmp_path / "best-0002/count.json").read_text())["runs"] == 1


def test_the_result_is_the_best_mean_of_new_seeds_not_the_luckiest_trial(tmp_path, quick, capsys):
    found = searched(tmp_path, (DEFAULT, BAD, GOOD, FAILED, FAIR))
    line = result.finish(found)
    assert (line["best_val_loss"], line["best_val_loss_retrained"]) == pytest.approx((0.15, 0.25))
    printed = capsys.readouterr().out
    assert "--units 30" in printed and (tmp_path / "best-0004").is_dir()
    assert "finalists, search and another seed: trial 2 0.15, trial 4 0.125" in printed
    content = json.loads((tmp_path / "results.json").read_text())
    assert content["best"]["number"] == 4 and list(content["retrained"]) == ["4", "0"]


def test_finalists_worse_than_the_default_do_not_win(tmp_path, quick, capsys):
    lucky = replace(BAD, score=0.3)
    line = result.finish(searched(tmp_path, (DEFAULT, lucky), settings=Search(confirm=2, finalists=1)))
    assert line["best_val_loss"] == line["default_val_loss"] == 2.8
    assert "no trial was better than the default" in capsys.readouterr().out


def test_more_is_better_where_the_objective_says_so(tmp_path, quick):
    trials = [replace(one, score=one.score and -one.score) for one in (DEFAULT, BAD, GOOD, FAILED, FAIR)]
    found = searched(tmp_path, trials, direction="max", settings=Search(confirm=2, finalists=1))
    assert [trial.number for trial in found.finalists] == [2]
    assert result.winner(found, {2: [1.0, 2.0], 0: [1.4, 1.7]}).number == 0


def test_a_search_that_goes_on_reads_no_test_split(tmp_path, quick, capsys):
    retrainings = Retrainings()
    stopped = "--time-limit 30m is over: 9 of 12 trials are left"
    line = result.finish(searched(tmp_path, retrainings=retrainings, stopped=stopped, finished=False))
    assert not retrainings.asked and not (tmp_path / "best-0002").exists()
    assert not any(name.startswith("test") for name in line)
    printed = capsys.readouterr().out
    assert stopped in printed and "the same command goes on" in printed
    assert json.loads((tmp_path / "results.json").read_text())["finished"] is False


@pytest.mark.parametrize(("finalists", "done"), [(1, {"2": 2, "0": 1}), (2, {})])
def test_time_that_is_over_while_retraining_reads_no_test_split(finalists, done, tmp_path, quick):
    settings = Search(confirm=2, finalists=finalists)
    result.finish(searched(tmp_path, retrainings=Retrainings(left=1), settings=settings))
    assert not (tmp_path / "best-0002").exists()
    content = json.loads((tmp_path / "results.json").read_text())
    assert content["finished"] is False
    assert {number: len(scores) for number, scores in content["retrained"].items()} == done


def test_failed_retrainings_count_for_nothing(tmp_path, quick):
    line = result.finish(searched(tmp_path, retrainings=Retrainings(broken=0), settings=Search(confirm=2, finalists=1)))
    assert line["best_val_loss_retrained"] == pytest.approx(0.4)


def test_a_finalist_that_fails_with_another_seed_is_out(tmp_path, quick):
    found = searched(tmp_path, (DEFAULT, GOOD, FAIR), retrainings=Retrainings(broken=0))
    result.finish(found)
    content = json.loads((tmp_path / "results.json").read_text())
    assert list(content["finalists"]) == ["4"] and content["best"]["number"] == 4


def test_nothing_better_than_the_default(tmp_path, quick, capsys):
    retrainings = Retrainings()
    line = result.finish(searched(tmp_path, (DEFAULT, BAD), retrainings=retrainings))
    assert [values for values, _ in retrainings.asked[0][1]] == [BAD.values] * 2 + [{}] * 2
    assert line["best_val_loss"] == line["default_val_loss"]
    assert "no trial was better than the default" in capsys.readouterr().out


def test_no_retraining_where_none_is_wanted(tmp_path, quick):
    retrainings = Retrainings()
    line = result.finish(searched(tmp_path, retrainings=retrainings, settings=Search(confirm=0)))
    assert not retrainings.asked and "test_loss" in line


def test_a_run_of_the_best_that_fails_keeps_everything_else(tmp_path, quick, capsys):
    broken = replace(GOOD, values=GOOD.values | {"act": "raise"})
    with pytest.raises(SearchError, match=r"ended with code 2 for the best configuration; see .*best-0002\.log"):
        result.finish(searched(tmp_path, (DEFAULT, broken)))
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1].startswith("best_val_loss=0.1 default_val_loss=2.8 ")
    assert json.loads((tmp_path / "results.json").read_text())["best"]["number"] == 2


def test_neighbours_of_another_strategy_are_compared(tmp_path):
    for name, strategy, further in (
        ("a", "random", "x"),
        ("b", "grid", "x"),
        ("c", "bayesian", "y"),
        ("d", "grid", "x"),
    ):
        (tmp_path / name).mkdir()
        searched(tmp_path / name)
        path = tmp_path / name / "search.json"
        about = json.loads(path.read_text()) | {"strategy": strategy, "identity": {"strategy": strategy, "m": further}}
        path.write_text(json.dumps(about))
    (tmp_path / "d/trials.jsonl").write_text("damaged\n")
    begun = shutil.copytree(tmp_path / "b", tmp_path / "e") / "search.json"  # before its dry run was over
    about = json.loads(begun.read_text())
    begun.write_text(json.dumps({name: value for name, value in about.items() if name != "hyperparameters"}))
    mine = json.loads((tmp_path / "a/search.json").read_text())
    found = report.others(tmp_path / "a", mine)
    assert list(found) == ["grid"] and len(found["grid"]) == 4


def test_a_page_of_no_search(tmp_path):
    with pytest.raises(SearchError, match="holds no search"):
        report.main(report.Config(str(tmp_path)))


def test_an_objective_that_is_the_same_in_every_trial_is_said_to_tell_nothing(tmp_path, quick, capsys):
    same = [replace(one, score=0.0, scores=(0.0,)) for one in (DEFAULT, BAD, GOOD)]
    result.finish(searched(tmp_path, same, Retrainings(), settings=Search(confirm=0)))
    said = capsys.readouterr().out
    assert "every trial has the same val_loss: it tells nothing of them" in said and "no trial was better" not in said
    assert not result.tells_nothing([DEFAULT, FAILED]) and not result.tells_nothing([DEFAULT, GOOD])
