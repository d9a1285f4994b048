"""The shape of a word, by Python's own idea of capitals."""


def python_shape(word):
    """XX for capitals, X for one, Xx for a name, x for letters, 9 where there is a number, "." for other signs."""
    if word.isupper():
        return "XX" if len(word) > 1 else "X"
    if word[0].isupper():
        return "Xx"
    return "9" if any(map(str.isnumeric, word)) else "x" if word.isalpha() else "."
