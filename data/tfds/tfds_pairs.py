"""Reads sentence pairs of a TensorFlow dataset with translations, `tfds:NAME[/CONFIG][:VERSION]`."""

from data.errors import DataError, listing, suggestion
from data.text.parallel_text import RawPairs, clean
from data.tfds import tfds_source


def read(wanted, config):
    """Returns the name, part -> `RawPairs`, and the two languages of a TensorFlow dataset.

    Args:
        wanted: what stands after "tfds:".
        config: the `TranslationData` fields source, target, download.

    Raises:
        DataError: the dataset is unknown, not prepared, or holds no translation of these languages.
    """
    with tfds_source.quiet():
        builder = tfds_source.prepared(wanted, config.download)
        feature, languages = _translation(builder, wanted)
        chosen = _languages(builder, wanted, languages, config)
        names = [f"{feature}.{language}" if feature else language for language in chosen]
        read = {}
        for part, split in tfds_source.part_names(builder, wanted).items():
            read[part] = _pairs(tfds_source.columns_of(builder, split, names), names, f"tfds:{wanted}/{split}", chosen)
    return f"tfds-{builder.name}-{'-'.join(chosen)}", read, chosen


def _translation(builder, wanted):
    """Returns the feature that holds the translation ("" where that is the record itself) and its languages."""
    import tensorflow_datasets

    kind, features = tensorflow_datasets.features.Translation, builder.info.features
    found = {name: feature for name, feature in features.items() if isinstance(feature, kind)}
    if isinstance(features, kind):
        found = {"": features}
    if len(found) != 1:
        raise DataError(
            f"tfds:{wanted} has no translation of fixed languages. Received: features {listing(features)}. "
            f"Choose a dataset of translation, or give your own files."
        )
    ((name, feature),) = found.items()
    return name, list(feature.languages)


def _languages(builder, wanted, languages, config):
    """Returns source and target: what the user asked for, else what the dataset declares, else the two that it has."""
    for flag, language in (("--source", config.source), ("--target", config.target)):
        if language is not None and language not in languages:
            raise DataError(
                f"tfds:{wanted}: no language {language!r} for {flag}.{suggestion(language, languages)} "
                f"Allowed: {listing(languages)}."
            )
    declared = [name for name in builder.info.supervised_keys or () if name in languages]
    usual = declared if len(declared) == 2 else languages
    source, target = config.source, config.target
    if len(languages) > 2 and not (source and target):
        raise DataError(
            f"tfds:{wanted} has {len(languages)} languages. Give --source and --target. Allowed: {listing(languages)}."
        )
    source = source or next(name for name in usual if name != target)
    target = target or next(name for name in usual if name != source)
    if source == target:
        raise DataError(f"--source and --target name the same language. Received: {source} and {target}. Name two.")
    return source, target


def _pairs(columns, names, origin, languages):
    sources, targets = ([clean(text.decode("utf-8", "replace")) for text in columns[name]] for name in names)
    kept = [row for row, pair in enumerate(zip(sources, targets, strict=True)) if all(pair)]
    origins = [f"{origin}[{row}]" for row in kept]
    notes = ()
    if len(kept) < len(sources):
        notes = (f"{len(sources) - len(kept)} of {len(sources)} pairs of {origin} are left out: a side is empty.",)
    return RawPairs([sources[r] for r in kept], [targets[r] for r in kept], origins, origins, languages, notes)
