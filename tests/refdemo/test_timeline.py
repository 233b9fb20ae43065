import gc
import xml.etree.ElementTree as ET

import pytest

from refdemo.collector import recorded_collections
from refdemo.timeline import Collection, Timeline

SVG = "{http://www.w3.org/2000/svg}"


def timeline(*collections, elapsed=0.1):
    """A record of (generation, seconds, when), that of a block which took `elapsed` seconds."""
    made = Timeline()
    for generation, seconds, when in collections:
        made.add(generation, 0, 0, seconds, made.began + when)
    made.ended = made.began + elapsed
    return made


FEW = timeline((0, 0.001, 0.010), (1, 0.004, 0.020), (0, 0.001, 0.050), (2, 0.030, 0.060))
MANY = timeline(*((0 if number % 10 else 1, 0.00005, number / 10_000) for number in range(1000)))
NONE = timeline(elapsed=0.002)


def marks(record):
    return list(ET.fromstring(record.svg()).iter(f"{SVG}rect"))


def place(mark):
    return [float(mark.get(name)) for name in ("x", "y", "width", "height")]


class TestARecordIsASequence:
    def test_of_collections_by_place_and_slice(self):
        assert len(FEW) == 4
        assert FEW[1] == FEW[-3] == Collection(1, 0, 0, pytest.approx(0.004), pytest.approx(0.020))
        assert FEW[1:3] == [FEW[1], FEW[2]] == list(FEW)[1:3]
        assert FEW[::-1] == list(reversed(FEW))

    @pytest.mark.parametrize("wrong", [4, -5])
    def test_and_what_is_not_there_is_an_index_error(self, wrong):
        with pytest.raises(IndexError):
            FEW[wrong]

    def test_that_is_empty_when_nothing_was_collected(self):
        assert not NONE and list(NONE) == [] and NONE.counts == {}

    def test_that_tells_generations_and_counts(self):
        assert FEW.generations == [0, 1, 0, 2]
        assert FEW.counts == {0: 2, 1: 1, 2: 1}
        assert FEW.seconds == pytest.approx(0.036) and FEW.elapsed == pytest.approx(0.1)

    def test_in_which_an_entry_can_stand_for_several(self):
        record = Timeline()
        record.add(0, None, None, 0.003, record.began, 5)
        record.add(1, None, None, 0.001, record.began + 0.01)
        assert (len(record), record.generations, record.counts) == (2, [0, 0, 0, 0, 0, 1], {0: 5, 1: 1})

    def test_whose_block_takes_longer_the_longer_it_runs(self):
        with recorded_collections() as record:
            first = record.elapsed
            gc.collect()
            assert record.elapsed > first
        assert record.elapsed == record.elapsed == record.ended - record.began


class TestTheText:
    def test_has_a_line_for_each_of_a_few(self):
        assert str(FEW).splitlines() == [
            "4 collections in 100.000 ms, 36.000 ms of it collecting",
            "       at       took  generation  collected",
            "10.000 ms   1.000 ms           0          0",
            "20.000 ms   4.000 ms           1          0",
            "50.000 ms   1.000 ms           0          0",
            "60.000 ms  30.000 ms           2          0",
        ]

    def test_is_what_the_prompt_shows(self):
        assert repr(FEW) == str(FEW)

    def test_says_that_there_was_none(self):
        assert str(NONE) == "no collection in 2.000 ms"

    def test_speaks_of_one_in_the_singular(self):
        assert str(timeline((2, 0.01, 0.0))).startswith("1 collection in ")

    def test_groups_many_by_time_and_loses_none(self):
        title, head, *rows = str(MANY).splitlines()
        assert title == "1000 collections in 100.000 ms, 50.000 ms of it collecting"
        assert head.split() == ["from", "generation", "0", "generation", "1"]
        assert len(rows) == 12
        young = [int(row.split()[2]) for row in rows]
        old = [int(row.split()[6]) for row in rows]
        assert (sum(young), sum(old)) == (900, 100)
        assert max(young) - min(young) <= 1

    def test_tells_of_what_could_not_be_freed(self):
        record = timeline((0, 0.001, 0.0))
        record.add(2, 7, 3, 0.001, record.began + 0.01)
        assert [line.split()[-2:] for line in str(record).splitlines()[1:]] == [
            ["collected", "uncollectable"],
            ["0", "0"],
            ["7", "3"],
        ]

    def test_leaves_out_what_pypy_does_not_tell_and_says_how_many_an_entry_stands_for(self):
        record = timeline()
        record.add(0, None, None, 0.003, record.began, 5)
        assert str(record).splitlines()[1].split() == ["at", "took", "generation", "collections"]
        assert str(record).splitlines()[0].startswith("5 collections in")

    def test_is_ascii_and_fits_a_terminal(self):
        for record in FEW, MANY, NONE:
            assert str(record).isascii() and max(map(len, str(record).splitlines())) <= 80


@pytest.mark.parametrize("record", [NONE, FEW, MANY, timeline((2, 0.01, 0.0))], ids=["none", "few", "many", "one"])
class TestThePicture:
    def test_has_a_name_and_the_text_as_its_description(self, record):
        svg = ET.fromstring(record.svg())
        assert svg.get("role") == "img"
        assert svg[0].tag == f"{SVG}title" and svg[0].text.startswith("Timeline: ")
        assert svg[1].tag == f"{SVG}desc" and svg[1].text == str(record)

    def test_has_the_colour_of_the_text_around_it_and_nothing_from_elsewhere(self, record):
        for element in ET.fromstring(record.svg()).iter():
            assert {element.get(name, "none") for name in ("fill", "stroke")} <= {"none", "currentColor"}
            assert not {"id", "style", "href", "class", "width" if element.tag == f"{SVG}svg" else ""} & set(
                element.attrib
            )
            assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "rect", "path", "text"}

    def test_keeps_every_mark_inside_its_frame(self, record):
        _, _, width, height = map(float, ET.fromstring(record.svg()).get("viewBox").split())
        for x, y, mark_width, mark_height in map(place, marks(record)):
            assert x >= 0 and y >= 0 and x + mark_width <= width and y + mark_height <= height
            assert mark_width > 0 and mark_height > 0

    def test_has_an_axis_with_its_unit(self, record):
        words = [text.text for text in ET.fromstring(record.svg()).iter(f"{SVG}text")]
        assert words[-1] == "ms since the block began"
        ticks = [float(word) for word in words if word[0].isdigit()]
        assert 3 <= len(ticks) <= 12 and ticks[0] == 0 and ticks == sorted(set(ticks))
        assert ticks[-1] <= record.elapsed * 1000 * 1.000001

    def test_is_offered_with_its_text(self, record):
        bundle = record._repr_mimebundle_()
        assert bundle == {"text/plain": str(record), "image/svg+xml": record.svg()}
        assert record.svg() in record._repr_html_()


class TestAMark:
    def test_stands_for_each_of_a_few(self):
        assert [mark[0].text for mark in marks(FEW)] == [
            "at 10.000 ms: 1.000 ms, 0 collected",
            "at 50.000 ms: 1.000 ms, 0 collected",
            "at 20.000 ms: 4.000 ms, 0 collected",
            "at 60.000 ms: 30.000 ms, 0 collected",
        ]

    def test_is_as_wide_as_the_collection_was_long_and_as_far_right_as_it_was_late(self):
        first, second, middle, old = map(place, marks(FEW))
        assert old[2] / middle[2] == pytest.approx(30 / 4, rel=0.01)
        assert (old[0] - first[0]) / (second[0] - first[0]) == pytest.approx(50 / 40, rel=0.01)

    def test_is_taller_for_an_older_generation_and_on_a_line_of_its_own(self):
        young, _, middle, old = map(place, marks(FEW))
        assert young[3] < middle[3] < old[3]
        assert young[1] + young[3] < middle[1] and middle[1] + middle[3] < old[1]

    def test_can_be_seen_however_short_the_collection_was(self):
        assert place(marks(timeline((0, 1e-9, 0.05)))[0])[2] >= 1

    def test_stands_for_several_where_there_are_many_and_loses_none(self):
        drawn = marks(MANY)
        assert len(drawn) < 200
        numbers = [int(mark[0].text.partition(": ")[2].split()[0]) for mark in drawn]
        assert sum(numbers) == 1000
        assert "taller: more" in MANY.svg()

    def test_of_a_great_many_makes_no_larger_picture(self):
        record = timeline(*((0, 1e-6, number / 1e6) for number in range(30_000)))
        assert len(marks(record)) < 100 and len(str(record)) < 2000


def test_a_long_block_is_measured_in_seconds():
    words = [text.text for text in ET.fromstring(timeline((2, 1, 2), elapsed=40).svg()).iter(f"{SVG}text")]
    assert words[-1] == "s since the block began"
    assert words[1:-1] == ["0", "10", "20", "30", "40"]


def test_two_pictures_on_a_page_share_no_name():
    assert " id=" not in FEW.svg() + MANY.svg() and "url(" not in FEW.svg()


def test_a_live_record_draws_itself():
    with recorded_collections() as record:
        gc.collect()
        inside = record.svg()
    assert len(ET.fromstring(inside).findall(f"{SVG}rect")) == len(marks(record)) == len(record)
