"""Formulas become MathML whole, or are refused."""

from xml.etree import ElementTree

import pytest

from evaluation.formula import mathml


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}{1 + e^{-x}}",
        r"\begin{cases} a & x > 0 \\ b & x \le 0 \end{cases}",
        r"\begin{align*} a &= b \\ c &= d \end{align*}",
        r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix} \hat y < \operatorname{arg\,min} \theta",
    ],
)
def test_it_is_well_formed_and_has_its_latex_for_screen_readers(latex):
    root = ElementTree.fromstring(mathml(latex))  # noqa: S314, made here
    assert root.tag.endswith("math") and root.get("alttext") == latex and root.get("display") == "block"
    assert not any("\\" in text or "&" in text for text in root.itertext())


@pytest.mark.parametrize("latex", [r"\frac{a}{", r"\arg x", r"\begin{aligned} a &= b \end{aligned}", r"\nonsense x"])
def test_what_would_be_shown_raw_is_refused(latex):
    with pytest.raises(ValueError, match="`latex`"):
        mathml(latex)
