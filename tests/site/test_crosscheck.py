"""What a reader sees of the notebook's kernel beside a plain process."""

import ast

from .conftest import Built


def test_a_displayed_note_is_freed_in_a_plain_process_and_kept_by_jupyters_kernel(site: Built) -> None:
    page = dict(site.pages())["background/how-this-site-knows"]
    sides = {
        tuple(block.get_text().strip() for block in comparison.select(".side pre"))
        for comparison in page.select(".kernel-comparison")
    }
    for what in ("displayed, then deleted", "local variable of a function that failed"):
        assert (f"{what}: gone", f"{what}: still alive") in sides
    assert ("in one cell: the same tuple", "in one cell: two tuples") in sides
    ((_, kernel),) = [both for both in sides if both[0] == "+0 since it was displayed"]
    assert int(kernel.split()[0]) > 0
    ((_, kernel),) = [both for both in sides if both[0] == "[]"]
    assert {"Out", "_", "_ih", "_i"} <= set(ast.literal_eval(kernel))
    assert all(plain != kernel for plain, kernel in sides)
