"""Small tables of one column to be decided on."""

ROWS = 60


def file(cells, rows=ROWS, header="a,v,y"):
    """A table of a number `a`, the column `v` with these cells in turn (quoted), and the class y."""
    lines = [
        f'{row * 7 % 31},"{cells[row % len(cells)]}",{"no" if row * row % 11 < 5 else "yes"}' for row in range(rows)
    ]
    return header + "\n" + "\n".join(lines) + "\n"


def numbers(form, start=0, count=30):
    return [form.format(7 * number % 101) for number in range(start, start + count)]
