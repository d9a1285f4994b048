"""When the network of a further stage is kept: where it scores better by more than chance alone does."""

import numpy as np
import pytest

from training.fit import Fitted
from training.further_stage import learn_further
from training.run_directory import RunDirectory

BEFORE = np.array([0.1, 0.5, 0.9, 0.3])


class Network:
    """A network of one weight."""

    weights = [0]

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


@pytest.mark.parametrize(
    ("gains", "kept"),
    [
        ([0.2, 0.0, 0.1, 0.1], True),  # mean 0.1, standard error 0.035
        ([0.3, 0.0, 0.1, 0.0], False),  # mean 0.1, standard error 0.061
        ([0.4, -0.3, 0.3, -0.2], False),  # mean 0.05, standard error 0.15
        ([0.0, 0.0, 0.0, 0.0], False),
        ([-0.1, -0.2, -0.3, -0.2], False),
    ],
)
def test_only_a_gain_beyond_two_standard_errors_is_kept(gains, kept, tmp_path, capsys):
    network, scores = Network(), iter([BEFORE, BEFORE + gains])

    def learn(run):
        assert run.path == tmp_path / "rewards" and run.path.is_dir()
        network.set_weights([1])
        return Fitted([{"epoch": 1}])

    fitted = learn_further("rewards", RunDirectory(tmp_path), network, learn, lambda: next(scores))
    assert fitted.rows == [{"epoch": 1}] and network.weights == [int(kept)]
    shown = capsys.readouterr().out
    assert f"{np.mean(gains):+.3f}" in shown and f"{np.std(gains) / 2:.3f}" in shown
    assert ("put back" in shown) is not kept
