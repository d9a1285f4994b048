"""Cuts sentences into subwords and joins them again, in core TensorFlow operations: the ids are SentencePiece's own.

An export that carries it runs wherever TensorFlow does, without the packages sentencepiece and tensorflow-text.
Byte-pair encoding (Sennrich et al., 2016) as SentencePiece applies it (Kudo and Richardson, 2018): within a word, of
all neighbours that together are a piece, those with the lowest id are joined first, the leftmost of equal ones.
No piece crosses a space, so each different word of a batch is cut once, all words at the same time.

There are no tables or variables, only constants that are searched by halving: nothing has to be initialised on loading.
"""

import numpy as np

from data.text.unicode_rules import WORD_START

UNKNOWN_SHOWN = " \u2047 "  # what SentencePiece shows for the unknown id
POINT_BITS = 21  # a code point needs no more
NO_PAIR = 2**31 - 1


class SubwordGraph:
    """Tokenises and detokenises string tensors.

    Args:
        pieces: id -> piece; the earlier of two pieces is joined first.
        rules: the normalisation, source -> replacement.
        specials: number of ids at the beginning that are no text; all are silent but `unknown`.
        unknown: id of a character that no piece holds.
    """

    def __init__(self, pieces, rules, specials, unknown):
        self.unknown = unknown
        self.shown = ["" if piece < specials else text for piece, text in enumerate(pieces)]
        self.shown[unknown] = UNKNOWN_SHOWN
        ids = {text: piece for piece, text in enumerate(pieces) if piece >= specials}
        letters = sorted((ord(text), piece) for text, piece in ids.items() if len(text) == 1)
        self.letters = np.array(letters, np.int32).reshape(-1, 2)
        pairs = sorted(
            (ids[text[:cut]] * len(pieces) + ids[text[cut:]], piece)
            for text, piece in ids.items()
            for cut in range(1, len(text))
            if text[:cut] in ids and text[cut:] in ids
        )
        self.size = len(pieces)
        self.pairs = np.array(pairs, np.int64).reshape(-1, 2)
        self.rules = sorted(rules)
        self.replacements = [rules[source] for source in self.rules]
        self.longest_rule = max((len(source) for source in self.rules), default=0)
        self.steps, self.ends = _prefix_tree(self.rules)

    def tokenize(self, texts):
        """Returns ids, ragged int32 (N, None), of strings (N,), without start and end."""
        import tensorflow as tf

        words = tf.strings.split(texts, " ")
        different, which = tf.unique(words.values)
        ids = self._words_to_ids(different)  # ragged: of each different word
        ids = tf.gather(ids, which)
        return words.with_values(ids).merge_dims(1, 2)

    def draw(self, texts, dropout, seed):
        """Returns ids like `tokenize`, each word cut by itself; in each round of joining, pairs are overlooked.

        Args:
            texts: strings (N,).
            dropout: float scalar in [0, 1], the probability that a pair is overlooked. A word in which all are is done.
            seed: int (2,); the same texts and seed give the same ids, in each process.

        Reference:
            Provilkov et al., 2020: BPE-dropout: simple and effective subword regularization (arXiv:1910.13267),
            algorithm 1.
        """
        import tensorflow as tf

        words = tf.strings.split(texts, " ")

        def overlooked(round_number, shape):
            own = tf.random.experimental.stateless_fold_in(seed, round_number)
            return tf.random.stateless_uniform(shape, own) < dropout

        return words.with_values(self._words_to_ids(words.values, overlooked)).merge_dims(1, 2)

    def detokenize(self, ids):
        """Returns strings (N,) of ids, ragged or dense int (N, length); padding, start and end are silent."""
        import tensorflow as tf

        texts = tf.strings.reduce_join(tf.gather(tf.constant(self.shown), ids), axis=-1)
        texts = tf.strings.regex_replace(texts, f"^{WORD_START}+", "")
        return tf.strings.regex_replace(texts, WORD_START, " ")

    def normalize(self, texts):
        """Returns strings (N,) normalised by the rules, spaces not yet collapsed."""
        import tensorflow as tf

        letters = tf.strings.unicode_split(texts, "UTF-8", errors="replace")
        points = tf.strings.unicode_decode(texts, "UTF-8", errors="replace").values
        rule, length = self._longest_rules(points, letters.value_rowids())
        start = _first_come(length, self.longest_rule)
        kept = tf.where(rule >= 0, tf.gather(tf.constant(self.replacements), tf.maximum(rule, 0)), letters.values)
        kept = tf.where(start, kept, "")
        return tf.strings.reduce_join(letters.with_values(kept), axis=-1)

    def _longest_rules(self, points, rows):
        """At each place the number of the longest rule that fits, or -1, and the length that it takes, at least 1."""
        import tensorflow as tf

        keys, ends = tf.constant(self.steps[0]), tf.constant(self.ends)
        state = tf.zeros_like(points, tf.int64)
        rule = -tf.ones_like(points)
        length = tf.ones_like(points)
        for step in range(self.longest_rule):
            point, row = _shifted(points, -step, 0), _shifted(rows, -step, -1)
            key = tf.bitwise.left_shift(state, tf.constant(POINT_BITS, tf.int64)) + tf.cast(point, tf.int64)
            place = tf.minimum(tf.searchsorted(keys, key), len(self.steps[0]) - 1)
            fits = (tf.gather(keys, place) == key) & (row == rows) & (state >= 0)
            state = tf.where(fits, tf.gather(tf.constant(self.steps[1]), place), -1)
            end = tf.where(fits, tf.gather(ends, tf.maximum(state, 0)), -1)
            rule = tf.where(end >= 0, end, rule)
            length = tf.where(end >= 0, step + 1, length)
        return rule, length

    def _words_to_ids(self, words, overlooked=None):
        """Ids, ragged (W, None), of words as they stand; one word may hold several once it is normalised, or none.

        `overlooked(round, shape)` says which pairs a round of joining leaves out.
        """
        import tensorflow as tf

        parts = tf.strings.split(self.normalize(words), " ")
        filled = tf.ragged.boolean_mask(parts, parts != "")
        points = tf.strings.unicode_decode(tf.strings.join([WORD_START, filled.values]), "UTF-8")
        codes = tf.constant(self.letters[:, 0])
        place = tf.minimum(tf.searchsorted(codes, points.values), len(self.letters) - 1)
        known = tf.gather(codes, place) == points.values
        symbols = tf.where(known, tf.gather(tf.constant(self.letters[:, 1]), place), self.unknown)
        owners = tf.cast(points.value_rowids(), tf.int32)
        symbols, owners = self._joined(symbols, owners, points.nrows(tf.int32), overlooked)
        again = (symbols == self.unknown) & (_shifted(symbols, 1, -1) == self.unknown)
        # A run of unknown characters is one unknown piece; no run leaves its word, for words start with a known sign.
        symbols, owners = tf.boolean_mask(symbols, ~again), tf.boolean_mask(owners, ~again)
        ids = tf.RaggedTensor.from_value_rowids(symbols, tf.cast(owners, tf.int64), points.nrows())
        return filled.with_values(ids).merge_dims(1, 2)

    def _joined(self, symbols, owners, num_words, overlooked):
        """Joins neighbours until no two of a word make a piece: ids and the word of each, both (M,)."""
        import tensorflow as tf

        if not len(self.pairs):
            return symbols, owners
        keys, pieces = tf.constant(self.pairs[:, 0]), tf.constant(self.pairs[:, 1].astype(np.int32))

        def join(symbols, owners, unfinished, number):
            key = tf.cast(symbols[:-1], tf.int64) * self.size + tf.cast(symbols[1:], tf.int64)
            place = tf.minimum(tf.searchsorted(keys, key), len(self.pairs) - 1)
            fits = (tf.gather(keys, place) == key) & (owners[:-1] == owners[1:])
            if overlooked:
                fits &= tf.gather(unfinished, owners[:-1]) & ~overlooked(number, tf.shape(key))
            rank = tf.where(fits, tf.gather(pieces, place), NO_PAIR)
            best = tf.math.unsorted_segment_min(rank, owners[:-1], num_words)
            chosen = tf.where((rank == tf.gather(best, owners[:-1])) & fits)[:, 0]
            owner = tf.gather(owners, chosen)
            leftmost = tf.boolean_mask(chosen, _shifted(owner, 1, -1) != owner)
            symbols = tf.tensor_scatter_nd_update(symbols, leftmost[:, None], tf.gather(rank, leftmost))
            gone = tf.scatter_nd(leftmost[:, None] + 1, tf.ones_like(leftmost, tf.bool), tf.shape(symbols, tf.int64))
            symbols, owners = tf.boolean_mask(symbols, ~gone), tf.boolean_mask(owners, ~gone)
            return symbols, owners, best != NO_PAIR, number + 1

        symbols, owners, _, _ = tf.while_loop(
            lambda symbols, owners, unfinished, number: tf.reduce_any(unfinished),
            join,
            (symbols, owners, tf.ones([num_words], tf.bool), 0),
            shape_invariants=(*(tf.TensorShape([None]),) * 3, tf.TensorShape([])),
        )
        return symbols, owners


def _shifted(values, by, fill):
    """Returns `values` (M,) moved by `by` places to the right (left if negative), `fill` where nothing comes in."""
    import tensorflow as tf

    if by == 0:
        return values
    missing = tf.fill([tf.minimum(abs(by), tf.size(values))], tf.cast(fill, values.dtype))
    return tf.concat([missing, values[:-by]] if by > 0 else [values[-by:], missing], 0)


def _first_come(length, longest):
    """Says at which places a rule starts, or a letter that none takes: bool (M,).

    A place is a start unless an earlier start takes it. Each round is right for one more link of a chain of rules that
    overlap, so a few rounds reach the state that stays.
    """
    import tensorflow as tf

    def next_round(start, _):
        taken = tf.zeros_like(start)
        for distance in range(1, longest):
            taken |= _shifted(start & (length > distance), distance, False)
        return ~taken, tf.reduce_any(start == taken)

    start = tf.ones_like(length, tf.bool)
    return tf.while_loop(lambda _, changed: changed, next_round, (start, tf.constant(True)))[0]


def _prefix_tree(sources):
    """Returns the steps of a tree of strings, `(keys sorted, states reached)`, and state -> number of its string or -1.

    A key is the state shifted by `POINT_BITS` plus the code point that leads on; the root is state 0.
    """
    steps, ends = {}, [-1]
    for number, source in enumerate(sources):
        state = 0
        for letter in source:
            key = (state << POINT_BITS) + ord(letter)
            if key not in steps:
                steps[key] = len(ends)
                ends.append(-1)
            state = steps[key]
        ends[state] = number
    keys = np.array(sorted(steps), np.int64)
    return (keys, np.array([steps[key] for key in keys.tolist()], np.int64)), np.array(ends, np.int32)
