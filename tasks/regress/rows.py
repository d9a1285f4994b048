"""The rows that a regression learns from, with the weight of each member of the ensemble for each row."""

from dataclasses import dataclass, replace

import numpy as np

from data.splits import Split, Splits


@dataclass(frozen=True, eq=False)
class RegressionRows:
    """Training and validation rows as the loss takes them, and what calibration needs to know of them.

    Labels are `(N, 1 + members)`: the target, then a weight for each member. Without folds all weights are 1. With
    folds the training and validation rows are one pool: in `train` a member has weight 0 for the rows of its fold; in
    `validation`, which holds the same rows, it has weight 1 for these alone.

    Attributes:
        train, validation: the rows.
        prepare: their preparing function.
        mean, scale: mean and standard deviation of the target over the training rows.
        folds: (N,) the fold of each pooled row; None without folds.
        members: how many members the weights are for.
        notes: sentences for the user.
    """

    train: Split
    validation: Split
    prepare: object
    mean: float
    scale: float
    folds: np.ndarray | None
    members: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, splits: Splits, members: int, parts: int, own_validation: bool, seed: int) -> "RegressionRows":
        """The rows of `splits` for an ensemble of `members` in `parts` folds; none where validation is the user's."""
        targets = splits.train.labels.astype(np.float64)
        if not parts or own_validation:
            ones = np.ones((1, members))
            notes = ("Every member learns from the training rows alone, since the rows to validate on are yours.",)
            return cls(
                *(weighted(part, np.repeat(ones, len(part), 0)) for part in (splits.train, splits.validation)),
                splits.prepare,
                float(targets.mean()),
                float(targets.std()),
                None,
                members,
                notes if parts else (),
            )
        pool = joined(splits.train, splits.validation)
        random = np.random.default_rng([seed, 7])
        folds = random.permutation(np.arange(len(pool)) % parts)
        held_out = folds[:, None] == np.arange(members) % parts  # (N, members)
        note = (
            f"Training and validation rows are one pool of {len(pool):,} in {parts} folds: "
            f"each of the {members} members learns without one fold, on which it is validated."
        )
        return cls(
            weighted(pool, ~held_out),
            weighted(pool, held_out),
            splits.prepare,
            float(targets.mean()),
            float(targets.std()),
            folds,
            members,
            (note,),
        )

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.prepare.input_shape

    def features(self) -> np.ndarray:
        """Prepared training rows (N, columns)."""
        from data.pipeline import fixed_part

        return fixed_part(self.train, self.prepare)

    def ridge(self) -> np.ndarray:
        """Weights and, last, the bias of ridge regression on the rows of each member: (members, columns + 1)."""
        x = np.asarray(self.features(), np.float64)
        x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
        y = (self.train.labels[:, 0].astype(np.float64) - self.mean) / self.scale
        penalty = np.diag([*np.ones(x.shape[1] - 1), 1e-9])
        weights = self.train.labels[:, 1:].astype(np.float64)
        found = {}
        for member in range(self.members):
            rows = weights[:, member] > 0
            key = rows.tobytes()  # members of one fold have the same rows
            if key not in found:
                found[key] = np.linalg.solve(x[rows].T @ x[rows] + penalty, x[rows].T @ y[rows])
        return np.stack([found[(weights[:, member] > 0).tobytes()] for member in range(self.members)])

    def unseen(self, outputs: np.ndarray) -> np.ndarray:
        """Of the outputs (N, members, k) for the validation rows those of members that had not seen the row: (N, m, k).

        The order of the members does not matter; every row has equally many.
        """
        if self.folds is None:
            return outputs
        weights = self.validation.labels[:, 1:] > 0
        return outputs[weights].reshape(len(outputs), -1, outputs.shape[-1])


def weighted(split: Split, weights: np.ndarray) -> Split:
    """`split` with labels (N, 1 + members): target and weights."""
    labels = np.concatenate([split.labels[:, None], weights], axis=1).astype(np.float32)
    return replace(split, labels=labels)


def joined(first: Split, second: Split) -> Split:
    """The rows of two splits as one."""
    return Split(
        {name: np.concatenate([values, second.inputs[name]]) for name, values in first.inputs.items()},
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.origins, second.origins]),
    )
