"""Tables that users bring to the playground."""

import io

import numpy as np
import pytest

from cli.errors import UserError
from web.playground import own_table
from web.playground.settings import read


def csv(rows: int = 60, classes: int = 3) -> bytes:
    random = np.random.default_rng(0)
    lines = ["height,width,colour,age,kind"]
    for row in range(rows):
        h, w, age = random.normal(170, 10), random.normal(60, 5), random.integers(20, 60)
        lines.append(f"{h:.2f},{w:.2f},{'red' if row % 3 else 'blue'},{age},k{row % classes}")
    return "\n".join(lines).encode()


def made(content: bytes, address: str = ""):
    table = own_table.read_bytes("people.csv", content)
    return own_table.make(table, read(f"seed=1&dataset=table&{address}")[0])


def test_two_columns_are_drawn_and_the_rest_held():
    data = made(csv())
    assert [axis.name for axis in data.axes] == ["height", "width"] and data.classes == ("k0", "k1", "k2")
    assert data.half == 3 and len(data.train) + len(data.test) == 60 and len(data.train) == 30
    drawn = data.points[data.train]
    assert np.allclose(drawn.mean(axis=0), 0, atol=1e-6) and np.allclose(drawn.std(axis=0), 1, atol=1e-6)
    heights = data.axes[0].mean + data.axes[0].scale * data.points[:, 0]
    assert np.isclose(sorted(heights)[0], min(float(line.split(b",")[0]) for line in csv().splitlines()[1:]), atol=1e-3)
    assert "age" in data.names and any("colour" in name for name in data.names)
    age = data.names.index("age")
    assert np.isclose(data.held[age], np.median(data.further[data.train, age]))
    inputs = data.inputs(("x", "y", "xTimesY"), data.test)
    assert inputs.shape == (30, 3 + len(data.names))
    grid = data.grid(("x", "y"), 5)
    assert np.allclose(grid[:, 2:], data.held) and grid[:, 0].max() < 3


def test_columns_and_the_target_can_be_chosen():
    data = made(csv(), "columnX=age&columnY=height&target=colour")
    assert [axis.name for axis in data.axes] == ["age", "height"] and set(data.classes) == {"blue", "red"}
    numbers = made(csv(), "problem=regression&regDataset=table&target=age")
    assert numbers.classes == () and np.isclose(np.abs(numbers.labels[numbers.train]).max(), 1)
    assert numbers.value.name == "age" and 20 <= numbers.value.mean <= 60


@pytest.mark.parametrize(
    ("content", "address", "words"),
    [
        (csv(9), "", "has 9 rows"),
        (b"a,b,c\n" + b"1,2,x\n" * 20_001, "", "20,001 rows.*20,000"),
        (b"x" * 1_000_001, "", "1,000,001 bytes"),
        (csv(classes=9), "", "9 classes.*Allowed: 8"),
        (csv(), "columnX=length", "no column 'length'.*people.csv|people.csv.*no column 'length'"),
        (csv(), "columnX=colour", "'colour' is no input of numbers.*height, width, age"),
        (csv(), "columnX=age&columnY=age", "cannot be both"),
        (csv(), "columnX=kind", "'kind' is no input"),
        (b"a,b\n" + b"\n".join(b"%d,%d" % (i * i, i % 2) for i in range(20)), "", "two columns of numbers"),
        (b"", "", "empty"),
        (b"\x00\x01\x02", "", "people.csv"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(content, address, words):
    with pytest.raises(UserError, match=words) as refused:
        made(content, address)
    assert "/tmp" not in str(refused.value)


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "..\\..\\x.csv", "/abs.csv", ".csv", "", "a\x00b.csv"])
def test_a_name_of_a_file_leads_nowhere(name):
    try:
        assert len(own_table.read_bytes(name, csv()).raw) == 60
    except UserError as refused:
        assert str(refused)


def test_other_formats_are_read():
    import pandas

    frame = pandas.read_csv(io.BytesIO(csv()))
    packed = io.BytesIO()
    frame.to_parquet(packed)
    assert own_table.read_bytes("people.parquet", packed.getvalue()).columns[0] == "height"
