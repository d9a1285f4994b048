"""Settings of decoding: beam search, or sampling."""

from dataclasses import dataclass

from cli.errors import UserError


@dataclass(frozen=True)
class DecodingSettings:
    """Beam search, or sampling."""

    beams: int = 5
    """Hypotheses that beam search follows for each sentence; 1 is greedy: the most probable token each time."""
    length_penalty: float = 1.0
    """Texts are compared by log probability / tokens ** this: 0 prefers short ones, 1 compares means per token."""
    no_repeat: int = 0
    """Length of the n-grams that may not repeat within a text: 3 blocks repeated trigrams; 0 allows all."""
    sample: bool = False
    """Sample texts at random instead, `beams` for each sentence."""
    temperature: float = 1.0
    """With `--sample`: below 1 prefers probable tokens, above 1 improbable ones."""
    top_k: int | None = None
    """With `--sample`: draw among this many most probable tokens only."""
    top_p: float = 1.0
    """With `--sample`: draw among the fewest tokens whose probabilities add up to this, in (0, 1]."""

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
