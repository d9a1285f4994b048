"""How the columns of a file write decimal marks and dates, for a column that alone does not say."""

from dataclasses import dataclass
from functools import cached_property

from data.tables import date_form, number_form
from data.tables.distinct_cells import DistinctCells
from data.tables.number_form import Unclear
from data.tables.raw_table import RawTable

MOST = 2000  # different cells of a column that are looked at


@dataclass(frozen=True, eq=False)
class Writing:
    """Looks at the other columns once, and only if it is asked."""

    table: RawTable

    def decimal(self):
        """The decimal mark of the columns that show one; "" where none does, or they differ."""
        return self._decimal

    def dates(self):
        """The form of the columns of dates that show whether day or month comes first; "" if none does."""
        return self._dates

    @cached_property
    def _words(self):
        columns = (cells for cells in self.table.columns.values() if cells.dtype == object)
        found = (DistinctCells.of(cells) for cells in columns)
        return [column.words[~column.missing][:MOST] for column in found]

    @cached_property
    def _decimal(self):
        marks = set()
        for words in self._words:
            found = [one for one in map(number_form.parsed, words) if one is not None]
            if 2 * len(found) > len(words):
                marks |= {mark for one in found for mark, role in number_form.said(one.body) or () if role == "decimal"}
        return marks.pop() if len(marks) == 1 else ""

    @cached_property
    def _dates(self):
        forms = set()
        for words in self._words:
            two = [found for found in map(date_form.match, words) if found is not None and found["y2"]]
            if two and 2 * len(two) > len(words):
                try:
                    forms.add(date_form.decide(words, lambda: ""))
                except Unclear:
                    continue
        return forms.pop() if len(forms) == 1 else ""
