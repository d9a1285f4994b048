"""How texts are looked for in a trained network: the settings."""

from dataclasses import dataclass

from cli.errors import UserError


@dataclass(frozen=True)
class Search:
    """Beam search, or drawing at random, and how long a text may become."""

    beams: int = 5
    """Hypotheses that beam search follows for each sentence; 1 takes the most probable token each time (greedy)."""
    length_penalty: float = 1.0
    """Texts are compared by log probability / tokens ** this: 0 prefers short ones, 1 compares means per token."""
    no_repeat: int = 0
    """No text may say so many tokens in a row twice: 3 blocks repeated trigrams; 0 allows everything."""
    sample: bool = False
    """Draw texts at random instead, `beams` of each sentence."""
    temperature: float = 1.0
    """With `--sample`: below 1 prefers probable tokens, above 1 improbable ones."""
    top_k: int | None = None
    """With `--sample`: only among so many most probable tokens."""
    top_p: float = 1.0
    """With `--sample`: only among the fewest tokens that have this probability together, in (0, 1]."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise UserError(f"`{name}` must be {allowed}. Received: {name}={getattr(self, name)}")

        require("beams", 1 <= self.beams <= 64, "between 1 and 64")
        require("length_penalty", 0 <= self.length_penalty <= 10, "in [0, 10]")
        require("no_repeat", self.no_repeat >= 0, "0 or more")
        require("temperature", 0 < self.temperature < float("inf"), "positive")
        require("top_k", self.top_k is None or self.top_k >= 1, "at least 1")
        require("top_p", 0 < self.top_p <= 1, "in (0, 1]")
        if self.sample and self.no_repeat:
            raise UserError(f"`no_repeat` is for beam search. Received: no_repeat={self.no_repeat} with `--sample`")
        if not self.sample and (self.temperature, self.top_k, self.top_p) != (1.0, None, 1.0):
            raise UserError("`temperature`, `top_k` and `top_p` are for drawing at random: add `--sample`.")
