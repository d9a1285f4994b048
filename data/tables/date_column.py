"""Columns of dates as features."""

from dataclasses import asdict, dataclass

import numpy as np
import tensorflow as tf

from data.tables.column_kinds import ColumnKind
from data.tables.number_column import FAR

SECONDS = 86400  # of a day
MINUTES_OF_A_DAY = 1440
DAYS_OF_400_YEARS = 146097
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class DateColumn:
    """A date: days since 1970-01-01 UTC and the year, standardised over the training rows; and where the training
    rows differ in them, places for their months, weekdays and hours, one-hot. A missing date is all zeros, told apart
    by an indicator.
    """

    name: str
    mean: float
    std: float
    year_mean: float
    year_std: float  # 0 where all training rows are of one year, which then is no feature
    months: tuple[int, ...]  # 1 to 12
    weekdays: tuple[int, ...]  # from 0, Monday
    hours: tuple[int, ...]
    missing: bool
    form: str
    absent: tuple[str, ...] = ()

    dtype = tf.float64

    @classmethod
    def fit(cls, name, values, kind):
        known = np.isfinite(values)
        days = values[known]
        years, *parts = (part.numpy() for part in calendar(tf.constant(days, tf.float64)))
        different = [np.unique(part).tolist() for part in parts]
        return cls(
            name,
            float(days.mean()) if len(days) else 0.0,
            float(days.std()) or 1.0 if len(days) else 1.0,
            float(years.mean()) if len(days) else 0.0,
            float(years.std()) if len(days) else 0.0,
            *(tuple(part) if len(part) > 1 else () for part in different),
            not bool(known.all()),
            kind.form,
            kind.absent,
        )

    @property
    def kind(self):
        return ColumnKind("date", self.form, absent=self.absent)

    @property
    def width(self):
        return len(self.feature_names())

    def feature_names(self):
        return [
            self.name,
            *[f"{self.name} year"] * (self.year_std > 0),
            *(f"{self.name} month={month}" for month in self.months),
            *(f"{self.name} weekday={WEEKDAYS[weekday]}" for weekday in self.weekdays),
            *(f"{self.name} hour={hour}" for hour in self.hours),
            *[f"{self.name} missing"] * self.missing,
        ]

    def encode(self, values):
        """Days float64 (N,) -> float32 (N, width)."""
        known = tf.math.is_finite(values)
        days = tf.where(known, values, 0.0)
        year, month, weekday, hour = calendar(days)
        numbers = [(days - self.mean) / self.std]
        if self.year_std:
            numbers.append((tf.cast(year, tf.float64) - self.year_mean) / self.year_std)
        parts = [tf.cast(tf.stack(numbers, axis=1), tf.float32)]
        for values_of, places in ((month, self.months), (weekday, self.weekdays), (hour, self.hours)):
            if places:
                parts.append(tf.cast(values_of[:, None] == np.array(places, np.int64), tf.float32))
        features = tf.where(known[:, None], tf.concat(parts, axis=1), 0.0)
        if not self.missing:
            return features
        return tf.concat([features, 1.0 - tf.cast(known, tf.float32)[:, None]], axis=1)

    def far(self, values):
        """Boolean (N,): raw values more than `FAR` standard deviations from the mean, or too large for their type."""
        return np.abs(values - self.mean) > FAR * self.std

    def restore(self, features):
        """float32 (N, width) -> float64 (N,), days since 1970-01-01."""
        return tf.cast(features[:, 0], tf.float64) * self.std + self.mean

    def shown(self, values):
        """Raw days (N,) as text such as "2024-05-31 14:00", object (N,)."""
        known = np.isfinite(values)
        minutes = np.round(np.where(known, values, 0) * MINUTES_OF_A_DAY).astype("datetime64[m]")
        text = (moment.replace("T", " ") for moment in np.datetime_as_string(minutes).tolist())
        return np.where(known, np.array([one if self.hours else one[:10] for one in text], dtype=object), "")

    def config(self):
        return {"kind": "date", **asdict(self)}


def calendar(days):
    """Year, month (from 1), weekday (from 0, Monday) and hour of days since 1970-01-01, float64 (N,): int64 (N,) each.

    Of the Gregorian calendar: Howard Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`.
    """
    seconds = tf.cast(tf.round(days * SECONDS), tf.int64)
    day = tf.math.floordiv(seconds, SECONDS)
    hour = tf.math.floordiv(tf.math.floormod(seconds, SECONDS), 3600)
    weekday = tf.math.floormod(day + FIRST_WEEKDAY, 7)
    shifted = day + 719468  # since the 1st of March of the year 0
    era = tf.math.floordiv(shifted, DAYS_OF_400_YEARS)
    of_era = shifted - era * DAYS_OF_400_YEARS
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // (DAYS_OF_400_YEARS - 1)) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    from_march = (5 * of_year + 2) // 153
    month = tf.where(from_march < 10, from_march + 3, from_march - 9)
    year = year_of_era + era * 400 + tf.cast(month <= 2, tf.int64)
    return year, month, weekday, hour
