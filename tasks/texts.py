"""What runs that write texts share, translations and captions: the search, the ranking of what it finds, a verdict."""

from dataclasses import replace

from cli.errors import UserError
from models.decoding_settings import DecodingSettings
from tasks.request import Prediction


def ranking(one, name: str, top: int) -> list[dict]:
    """The `top` best texts that a search has found for one record, each with its score and whether it is complete."""
    found = zip(one.texts, one.scores, one.complete, strict=True)
    return [{name: text, "score": float(f"{score:.6g}"), "complete": complete} for text, score, complete in found][:top]


def search_of(own: DecodingSettings, request: Prediction, top: int) -> DecodingSettings:
    """The run's own search, changed as `request` says, with at least `top` hypotheses."""
    if request.seed and not request.sample:
        raise UserError(f"`--seed` is for drawing at random: add `--sample`. Received: {request.seed}")
    beams = request.beams
    if beams is None:
        beams = top if request.sample else max(own.beams, top)
    if 0 < beams < top:
        raise UserError(f"`--top` cannot be more than `--beams`. Received: --top {top} --beams {beams}")
    changed = {"beams": beams, "sample": request.sample}
    if request.sample:
        changed["no_repeat"] = 0  # which is of beam search
    changed |= {"temperature": request.temperature, "top_k": request.top_k, "top_p": request.top_p}
    if request.length_penalty is not None:
        changed["length_penalty"] = request.length_penalty
    return replace(own, **changed)


def diagnosis_line(results: dict) -> list[str]:
    """The line of the diagnosis; none for a run of before there was one."""
    found = results.get("diagnosis")
    return [f"diagnosis: {found['label']}. {found['advice']}"] if found else []
