import xml.etree.ElementTree as ET

import pytest

from refdemo.growth import Comparison, Growth, compared

SVG = "{http://www.w3.org/2000/svg}"
LEAK = Growth("Session", tuple(range(51)))
FLAT = Growth("Session", (0,) * 51)
SAW = Growth("Session", tuple(number % 8 for number in range(51)))
LONG = Growth("Session", tuple(number % 97 for number in range(20_001)))
LARGE = Growth("Session", tuple(range(100_000, 100_051)))
ODD = Growth("<&\x01\ud800", (5, 6))
PICTURES = {
    "leak": LEAK,
    "flat": FLAT,
    "saw": SAW,
    "long": LONG,
    "large": LARGE,
    "odd": ODD,
    "nothing": Growth("Session", (0,)),
    "two": compared(before=LEAK, after=FLAT),
    "four": compared(**{"a": LEAK, "b": LEAK, "<&\x01": FLAT, "a label of more than thirty letters": SAW}),
    "unequal": Comparison({"few": Growth("Session", (0, 1)), "many": LARGE}),
}


def words(shown):
    return [text.text for text in ET.fromstring(shown.svg()).iter(f"{SVG}text")]


def lines(shown):
    """The points of each line of growth, without axes and samples."""
    paths = [path for path in ET.fromstring(shown.svg()).iter(f"{SVG}path") if path.get("stroke-linejoin")]
    return [[tuple(map(float, point.split())) for point in path.get("d")[1:].split("L")] for path in paths]


@pytest.mark.parametrize("shown", PICTURES.values(), ids=PICTURES)
class TestAChart:
    def test_has_a_name_and_the_text_as_its_description(self, shown):
        svg = ET.fromstring(shown.svg())
        assert svg.get("role") == "img"
        assert svg[0].tag == f"{SVG}title" and svg[0].text.startswith("Line chart: ")
        assert svg[1].tag == f"{SVG}desc"
        assert svg[1].text == repr(shown).replace("\x01", "?").replace("\ud800", "?")

    def test_has_the_colour_of_the_text_around_it_and_nothing_from_elsewhere(self, shown):
        for element in ET.fromstring(shown.svg()).iter():
            assert {element.get(name, "none") for name in ("fill", "stroke")} <= {"none", "currentColor"}
            assert not {"id", "style", "href", "class"} & set(element.attrib)
            assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "circle", "path", "text"}

    def test_keeps_everything_inside_its_frame_and_is_small(self, shown):
        _, _, width, height = map(float, ET.fromstring(shown.svg()).get("viewBox").split())
        assert (width, height <= 240) == (420, True)
        for x, y in [point for line in lines(shown) for point in line]:
            assert 0 <= x <= width and 0 <= y <= height
        for text in ET.fromstring(shown.svg()).iter(f"{SVG}text"):
            assert 0 <= float(text.get("x")) <= width and 8 <= float(text.get("y")) <= height
        assert len(shown.svg()) < 60_000

    def test_labels_its_axes(self, shown):
        found = words(shown)
        assert found[0].endswith("alive") and "rounds" in found and "0" in found

    def test_is_the_same_whenever_it_is_drawn(self, shown):
        assert shown.svg() == shown.svg()

    def test_is_offered_with_its_text(self, shown):
        assert shown._repr_mimebundle_() == {"text/plain": repr(shown), "image/svg+xml": shown.svg()}
        assert shown.svg() in shown._repr_html_()

    def test_has_a_line_for_each_growth_and_no_two_look_alike(self, shown):
        number = len(shown.growths) if isinstance(shown, Comparison) else 1
        drawn = [path for path in ET.fromstring(shown.svg()).iter(f"{SVG}path") if path.get("stroke-linejoin")]
        looks = {(path.get("stroke-dasharray"), path.get("stroke-width")) for path in drawn}
        assert len(lines(shown)) == number == len(looks)


class TestALine:
    def test_rises_with_the_numbers(self):
        [line] = lines(LEAK)
        assert len(line) == 51
        assert [x for x, _ in line] == sorted(x for x, _ in line)
        assert [y for _, y in line] == sorted((y for _, y in line), reverse=True)
        assert line[0][1] - line[25][1] == pytest.approx(line[25][1] - line[50][1], abs=0.2)

    def test_of_many_rounds_keeps_its_ends_its_least_and_its_largest(self):
        [line] = lines(LONG)
        [whole] = lines(Growth("Session", tuple(number % 97 for number in range(194))))
        assert len(line) < 500
        assert min(y for _, y in line) == min(y for _, y in whole)
        assert max(y for _, y in line) == max(y for _, y in whole)

    def test_that_rises_from_a_large_number_is_seen_to_rise(self):
        [line] = lines(LARGE)
        assert line[0][1] - line[-1][1] > 40
        assert "100000" in words(LARGE)

    def test_that_is_flat_far_above_nothing_is_drawn_above_nothing(self):
        [line] = lines(Growth("Session", (1000, 1000, 1000)))
        assert len({y for _, y in line}) == 1 and "0" in words(Growth("Session", (1000, 1000)))

    def test_has_its_last_number_or_its_label_at_its_end(self):
        assert words(LEAK)[-1] == "50"
        assert words(compared(before=LEAK, after=FLAT))[-2:] == ["before", "after"]

    def test_has_a_label_that_stands_on_no_other(self):
        same = compared(a=FLAT, b=FLAT, c=FLAT, d=FLAT)
        heights = [float(text.get("y")) for text in ET.fromstring(same.svg()).iter(f"{SVG}text")][-4:]
        assert all(abs(one - other) >= 13 for place, one in enumerate(heights) for other in heights[:place])


def test_lines_that_end_far_apart_have_their_labels_beside_them():
    shown = compared(short=Growth("Session", (0,) * 11), long=FLAT)
    short, long = list(ET.fromstring(shown.svg()).iter(f"{SVG}text"))[-2:]
    assert short.get("y") == long.get("y") and float(short.get("x")) < float(long.get("x")) - 100


def test_a_legend_says_which_line_is_whose_and_what_it_does():
    assert words(compared(before=LEAK, after=FLAT))[:3] == ["Session alive", "before: +1 a round", "after: flat"]


def test_classes_of_different_names_are_not_given_one_name():
    both = compared(one=LEAK, two=Growth("Request", (0, 1)))
    assert words(both)[0] == "alive"
    assert "Session and Request alive" in both.svg()


def test_two_charts_on_a_page_share_no_name():
    assert " id=" not in LEAK.svg() + SAW.svg() and "url(" not in LEAK.svg()
