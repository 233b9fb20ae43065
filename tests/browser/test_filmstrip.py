"""Pictures and films as a reader sees and plays them, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of
from .test_reading import PAINTED, SHIFTS

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FILMS = ["tutorial/a-circle.html", "tutorial/the-collector.html", "guides/find-a-leak-in-a-service.html"]
PAGES = [*FILMS, "tutorial/names-and-objects.html"]
# What each part of each picture is painted with: shapes and texts, fill and stroke.
PAINT = """() => [...document.querySelectorAll(".outcome .picture > svg")].flatMap((svg) =>
  [...svg.querySelectorAll("path, polygon, ellipse, rect, circle, text")].map((part) => {
    const { fill, stroke } = getComputedStyle(part);
    return [fill, stroke];
  }))"""
# How far a text sticks out of the box that it stands in, at either side.
OUTSIDE = """() => [...document.querySelectorAll(".outcome .picture .node:not(.name, .more)")].flatMap((node) => {
  const box = node.querySelector("path, polygon, ellipse").getBBox();
  return [...node.querySelectorAll("text")].map((text) => {
    const { x, width } = text.getBBox();
    return [text.textContent, Math.max(box.x - x, x + width - box.x - box.width)];
  });
})"""


@pytest.fixture(params=FILMS)
def strip(page: Page, request: pytest.FixtureRequest) -> Locator:
    """The strip of a page that has one, ready to play."""
    page.goto(request.param)
    strip = page.locator(".filmstrip")
    expect(strip.locator("input")).to_be_enabled()
    return strip


def steps_of(strip: Locator) -> int:
    return strip.locator("[data-cell]").count()


def expect_step(strip: Locator, step: int) -> None:
    """The strip shows a step: its picture and text are the cell's own, its part of the program is marked."""
    cell = strip.locator("[data-cell]").nth(step - 1)
    expect(strip.locator("input")).to_have_value(str(step))
    expect(strip.locator("li[aria-current=step]")).to_have_count(strip.locator(f'[data-step="{step}"]').count())
    expect(cell).to_have_attribute("aria-current", "step")
    chosen = strip.page.locator("html").get_attribute("data-python")
    outcomes = strip.page.locator(f'.outcome[data-cell="{cell.get_attribute("data-cell")}"]')
    outcome = outcomes.and_(strip.page.locator(f'[data-pythons~="{chosen}"]')) if chosen else outcomes.first
    shown = outcome.locator(".picture > svg text").all_text_contents()
    expect(strip.locator(".stage svg text")).to_have_text(shown)
    expect(strip.locator(".stage svg desc")).to_have_text(outcome.locator("svg desc").text_content() or "")
    said = outcome.locator(".picture > figcaption").text_content()
    expect(strip.get_by_role("status")).to_have_text(f"{step} of {steps_of(strip)}: {said}")


def test_a_film_begins_with_its_first_step_and_goes_on_and_back_by_its_buttons(strip: Locator) -> None:
    last = steps_of(strip)
    expect_step(strip, 1)
    for step in range(2, last + 1):
        strip.get_by_label("Next step").click()
        expect_step(strip, step)
    strip.get_by_label("Next step").click(force=True)  # it says that it is disabled
    expect_step(strip, last)
    for step in range(last - 1, 0, -1):
        strip.get_by_label("Previous step").click()
        expect_step(strip, step)
    strip.get_by_label("Previous step").click(force=True)
    expect_step(strip, 1)


def test_the_keyboard_alone_plays_a_film(strip: Locator) -> None:
    slider = strip.get_by_label("Step", exact=True)
    slider.focus()
    strip.page.keyboard.press("ArrowRight")
    expect_step(strip, 2)
    strip.page.keyboard.press("End")
    expect_step(strip, steps_of(strip))
    strip.page.keyboard.press("Home")
    expect_step(strip, 1)
    strip.page.keyboard.press("Tab")
    expect(strip.get_by_label("Next step")).to_be_focused()
    strip.page.keyboard.press("Enter")
    expect_step(strip, 2)
    strip.page.keyboard.press("ArrowRight")
    expect_step(strip, 3)
    strip.page.keyboard.press("ArrowLeft")
    expect_step(strip, 2)
    expect(strip.get_by_label("Next step")).to_be_focused()


def test_the_focus_can_be_seen(strip: Locator) -> None:
    for control in (strip.get_by_label("Step", exact=True), strip.get_by_label("Next step"), strip.locator(".program")):
        control.focus()
        strip.page.keyboard.press("Shift")  # a key: the focus is shown to whom uses the keyboard
        assert control.evaluate("control => getComputedStyle(control).outlineStyle") == "solid"


LOOKS = """lines => lines.map((line) => [line.hasAttribute("aria-current"), getComputedStyle(line)])
  .map(([current, look]) => [current, look.borderLeftColor, look.outlineStyle].join(" "))"""


def test_the_current_line_is_told_from_others_where_colours_are_forced(strip: Locator) -> None:
    strip.page.emulate_media(forced_colors="active")
    strip.get_by_label("Next step").click()
    looks = set(strip.locator(".program li").evaluate_all(LOOKS))
    (current,) = (look.split(" ", 1)[1] for look in looks if look.startswith("true"))
    others = {look.split(" ", 1)[1] for look in looks if look.startswith("false")}
    assert others and current not in others and current.endswith("solid")


def test_a_film_shows_what_the_chosen_python_displayed(strip: Locator, site: Built) -> None:
    expect_step(strip, 1)
    last = steps_of(strip)
    strip.get_by_label("Step", exact=True).fill(str(last))
    before = strip.locator(".stage svg desc").text_content()
    strip.page.get_by_label("Show outputs for").select_option(key_of(site, "pypy"))
    expect_step(strip, last)
    assert strip.locator(".stage svg desc").text_content() != before
    strip.page.get_by_label("Show outputs for").select_option(site.runs["published_default"])
    expect_step(strip, last)
    assert strip.locator(".stage svg desc").text_content() == before


def test_a_picture_that_the_chosen_python_has_not_is_said_to_be_missing(page: Page, site: Built) -> None:
    page.goto(FILMS[1])
    page.get_by_label("Show outputs for").select_option(key_of(site, "pypy"))
    strip = page.locator(".filmstrip")
    strip.get_by_label("Next step").click()
    expect(strip.get_by_role("status")).to_have_text(re.compile(r"^2 of .*\(no picture on this Python\)$"))
    expect(strip.locator(".stage svg")).to_have_count(1)
    expect(strip.locator(".stage svg text")).to_have_count(0)


def test_a_picture_on_the_stage_is_described_by_a_text_of_its_own(strip: Locator) -> None:
    for _ in range(2):
        names = strip.locator(".stage svg").evaluate(
            "svg => [svg.getAttribute('aria-labelledby'), svg.getAttribute('aria-describedby')]"
        )
        for name in names:
            expect(strip.page.locator(f'[id="{name}"]')).to_have_count(1)
            expect(strip.locator(f'.stage [id="{name}"]')).to_have_count(1)
        strip.get_by_label("Next step").click()
    strip.locator(".as-text summary").click()
    expect(strip.locator(".as-text pre")).to_have_text(strip.locator(".stage svg desc").text_content() or "")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("where", FILMS)
def test_nothing_moves_when_a_film_comes_up_and_plays(reader: Callable[..., Page], where: str, width: int) -> None:
    page = reader(viewport={"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    page.goto(where)
    strip = page.locator(".filmstrip")
    expect_step(strip, 1)
    strip.get_by_label("Next step").scroll_into_view_if_needed()
    page.evaluate(PAINTED)
    height, top = strip.evaluate("strip => [strip.offsetHeight, scrollY]")
    for _ in range(steps_of(strip) - 1):
        strip.get_by_label("Next step").click()
        page.evaluate(PAINTED)
        assert strip.evaluate("strip => [strip.offsetHeight, scrollY]") == [height, top]
    expect_step(strip, steps_of(strip))
    assert page.evaluate("shifts") == []


def test_a_finger_hits_the_summary_above_a_pictures_text(reader: Callable[..., Page]) -> None:
    page = reader(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(FILMS[1])
    for summary in page.locator(".as-text summary:visible").all():
        box = summary.bounding_box()
        assert box and box["height"] >= 24  # CSS pixels, as WCAG 2.2 asks


def test_the_step_is_in_sight_in_the_program(reader: Callable[..., Page]) -> None:
    page = reader(viewport={"width": 390, "height": 900})
    page.goto(FILMS[1])
    strip = page.locator(".filmstrip")
    strip.locator(".program").evaluate("program => program.style.setProperty('max-height', '5rem', 'important')")
    for step in range(2, steps_of(strip) + 1):
        strip.get_by_label("Next step").click()
        expect_step(strip, step)
        first = strip.locator("li[aria-current]").first
        inside = "li => li.getBoundingClientRect().top - li.parentElement.getBoundingClientRect().top"
        assert -1 <= first.evaluate(inside) < 80


def test_the_current_step_can_be_told_where_colours_are_forced(reader: Callable[..., Page]) -> None:
    page = reader(forced_colors="active")
    page.goto(FILMS[0])
    strip = page.locator(".filmstrip")
    expect_step(strip, 1)
    colour = "line => getComputedStyle(line).borderLeftColor"
    others = strip.locator("li:not([aria-current])").evaluate_all(f"lines => lines.map({colour})")
    assert others and strip.locator("li[aria-current]").first.evaluate(colour) not in others


@pytest.mark.parametrize("motion, moves", [("reduce", "none"), ("no-preference", "film-frame")])
def test_pictures_fade_in_unless_the_reader_wants_less_motion(
    reader: Callable[..., Page],
    motion: str,
    moves: str,
) -> None:
    page = reader(reduced_motion=motion)
    page.goto(FILMS[0])
    expect_step(page.locator(".filmstrip"), 1)
    assert page.locator(".stage svg").evaluate("svg => getComputedStyle(svg).animationName") == moves


@pytest.mark.parametrize("where", FILMS)
def test_without_javascript_there_are_the_pictures_and_their_texts_to_unfold_alone(
    reader: Callable[..., Page], where: str
) -> None:
    page = reader(java_script_enabled=False)
    page.goto(where)
    expect(page.locator(".filmstrip")).to_be_hidden()
    for answer in page.locator("details.hide > summary").all():
        answer.click()
    pictures = page.locator(".outcome:first-child .picture").all()
    assert len(pictures) >= 4
    for picture in pictures:
        expect(picture.locator("> svg")).to_be_visible()
        picture.get_by_text("As text", exact=True).click()
        expect(picture.locator("pre")).to_be_visible()


@pytest.mark.parametrize("where", FILMS)
def test_on_paper_there_are_the_pictures_and_their_texts_alone(page: Page, where: str) -> None:
    page.goto(where)
    page.emulate_media(media="print")
    expect(page.locator(".filmstrip")).to_be_hidden()
    for picture in page.locator("html .outcome:first-child .picture").all():
        expect(picture.locator("> svg")).to_be_visible()
        expect(picture.locator("pre")).to_be_visible()


@pytest.mark.parametrize("where", PAGES)
def test_every_line_and_letter_of_a_picture_follows_the_dark_mode(reader: Callable[..., Page], where: str) -> None:
    painted = []
    for scheme in ("light", "dark"):
        page = reader(color_scheme=scheme)
        page.goto(where)
        painted.append([tuple(part) for part in page.evaluate(PAINT)])
    light, dark = painted
    assert len(light) == len(dark) > 3
    for (fill, stroke), (fill_in_the_dark, stroke_in_the_dark) in zip(light, dark, strict=True):
        assert (fill, stroke) != ("none", "none")
        assert fill == "none" or fill != fill_in_the_dark
        assert stroke == "none" or stroke != stroke_in_the_dark


@pytest.mark.parametrize("where", [*PAGES, "guides/exceptions-and-tracebacks.html"])
def test_on_a_phone_a_graph_keeps_the_size_of_its_letters_and_the_page_its_width(
    reader: Callable[..., Page], where: str
) -> None:
    page = reader(viewport={"width": 390, "height": 844})
    page.goto(where)
    graphs = page.locator("figure.picture > svg:has(.node)")
    scales = graphs.evaluate_all("all => all.map((svg) => svg.getScreenCTM().a)")
    assert scales and min(scales) > 0.99
    boxes = page.locator(".picture").evaluate_all("all => all.map((box) => box.getBoundingClientRect().right)")
    assert max(boxes) <= 390
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("where", PAGES)
def test_texts_fit_into_their_boxes(page: Page, where: str) -> None:
    page.goto(where)
    measured = page.evaluate(OUTSIDE)
    assert len(measured) > 1
    assert [text for text, outside in measured if outside > -2] == []


def test_what_all_pythons_printed_is_not_said_to_be_of_one_of_them(page: Page, site: Built) -> None:
    if len(site.keys) == 1:
        pytest.skip("there is one Python")
    page.goto(FILMS[0])
    agreed = page.locator(".who.agreed summary").first
    assert agreed.evaluate("who => getComputedStyle(who, '::before').content") == "none"
