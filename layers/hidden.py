"""The score of what must not be chosen: a masked key, a forbidden token, a text that is none."""

# Far below any score and any log probability, and finite: the difference of two infinities would be NaN.
HIDDEN = -1e30
