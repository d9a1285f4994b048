"""A formula in a page: MathML made of LaTeX, which stays as its alternative text for screen readers."""

from xml.etree import ElementTree

MATHML = "http://www.w3.org/1998/Math/MathML"


def mathml(latex: str) -> str:
    """`<math>` of a formula, displayed as a block.

    Args:
        latex: What latex2mathml knows; `align*`, `array`, `cases` and `bmatrix` for formulas of several lines.

    Raises:
        ValueError: A command is unknown or the formula is not whole: it would be shown as raw text.
    """
    from latex2mathml.converter import convert

    try:
        root = ElementTree.fromstring(convert(latex, display="block"))  # noqa: S314, our own converter's output
    except Exception as error:
        raise ValueError(f"`latex` must be a whole formula. Received: {latex}") from error
    left = [text for text in root.itertext() if "\\" in text or "&" in text]
    if left:
        raise ValueError(f"`latex` has what cannot be shown: {left[0]!r}. Received: {latex}")
    root.set("alttext", latex)
    ElementTree.register_namespace("", MATHML)
    return ElementTree.tostring(root, encoding="unicode")
