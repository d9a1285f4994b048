"""A training that begins with the weights of an earlier run, as fine-tuning on one's own data does."""

from cli.errors import UserError
from training.run_directory import RunDirectory


def take_over(path: str, model) -> None:
    """Copy every weight of the same name and shape from an earlier run into a network, and say how many.

    Args:
        path: Folder of the earlier run.
        model: `keras.Model`; of an earlier captioner behind a backbone, the captioner alone.

    Raises:
        UserError: The run is missing or unfinished, or the two share no weight.
    """
    from models.captioner import CAPTIONER
    from models.loading import copy_matching_weights, load

    earlier = load(RunDirectory.existing(path) / "model.keras")
    if CAPTIONER in [layer.name for layer in earlier.layers]:
        earlier = earlier.get_layer(CAPTIONER)
    copied, fresh = copy_matching_weights(earlier, model)
    print(f"from    {path}: {len(copied)} weights taken over, {len(fresh)} start afresh")


def preparing_of(path: str, app: str, named: dict[str, object]) -> dict:
    """The content of preparing.json of an earlier run, whose dictionary is taken over with its weights.

    Args:
        path: Folder of the earlier run.
        app: What it must be a run of.
        named: Flags of a dictionary, and what they were given: they would have no effect.

    Raises:
        UserError: It is no such run, or one of the flags was given.
    """
    directory = RunDirectory.existing(path)
    if (other := directory.read_json("config.json").get("app")) != app:
        raise UserError(f"`--from` must name a run of apps.{app}. Received: {path}, a run of apps.{other}")
    for flag, given in named.items():
        if given is not None:
            raise UserError(f"`{flag}` cannot be used with `--from`, which brings its dictionary. Received: {given}")
    return directory.read_json("preparing.json")
