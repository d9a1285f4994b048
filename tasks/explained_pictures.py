"""Where in a picture the answer of a classifier is: occlusion, and Grad-CAM where a layer is a convolution."""

from collections.abc import Mapping

import numpy as np

from evaluation.explanation import Answer, Places
from tasks.subject import Subject


def places_of(subject: Subject, picture: Mapping[str, np.ndarray], answer: Answer, patch: int | None = None) -> Places:
    """The maps of one raw picture, (1,) or (1, height, width, channels)."""
    from evaluation.grad_cam import enlarged
    from evaluation.occlusion import against_all, occlusion

    pixels = np.asarray(subject.prepare.fixed(picture))[0]
    prepared = np.asarray(subject.prepare.finish(pixels[None]), np.float32)[0]

    def scores(pictures):
        return subject.logs(subject.of_inputs(pictures))

    hidden = occlusion(scores, prepared, patch)
    own, rival = (hidden.falls[..., at] for at in (answer.index, answer.rival_index))
    chosen = telling_patch(hidden, answer)
    place, under = tuple(int(one) for one in hidden.places[chosen]), np.exp(hidden.scores[chosen, answer.index])
    maps = {"occlusion": against_all(hidden.falls, answer.index), "occlusion_contrast": own - rival}
    if cam := class_maps(subject.model, prepared, answer):
        layer, grids = cam
        alone, contrast = (enlarged(grid, *pixels.shape[:2]) for grid in grids)
        maps |= {"layer": layer, "grid": grids[0].shape, "grad_cam": alone, "grad_cam_contrast": contrast}
    return Places(pixels, hidden.patch, place=place, hidden=float(under), **maps)


def telling_patch(hidden, answer: Answer) -> int:
    """The patch that an explanation names: of the predicted class the one whose hiding costs it most against every
    other class, where that lowers its probability, else the one that lowers it most; of another class the one that
    raises it most.

    Args:
        hidden: `evaluation.occlusion.Occlusion` of log probabilities.
        answer: What is explained.
    """
    from evaluation.explanation_sentences import LEAST
    from evaluation.occlusion import against_all

    under = np.exp(hidden.scores[:, answer.index])
    if answer.name != answer.predicted:
        return int(under.argmax())
    most = int(against_all(hidden.whole - hidden.scores, answer.index).argmax())
    return most if answer.value - under[most] >= LEAST else int(under.argmin())


def class_maps(model, prepared: np.ndarray, answer: Answer) -> tuple[str, np.ndarray] | None:
    """The layer and Grad-CAM (2, rows, columns) of the class's logit, and of that less the rival's; None where no layer
    is a convolution.

    Args:
        model: From pictures to logits.
        prepared: A picture (height, width, channels), as the model takes it.
        answer: The class and its rival.
    """
    from evaluation.grad_cam import grad_cam
    from models.last_feature_map import last_feature_map
    from training.gradients import score_gradients

    found = last_feature_map(model, np.stack([prepared, prepared]))
    if found is None:
        return None
    weights = np.zeros((2, model.output_shape[-1]), np.float32)
    weights[:, answer.index] = 1
    weights[1, answer.rival_index] -= 1
    return found.name, grad_cam(found.values, score_gradients(found.rest, found.values, weights))
