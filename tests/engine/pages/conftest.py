"""A site with a film, built once for the tests of a file."""

from __future__ import annotations

import pytest

from ..conftest import Site
from ..films import film_site, small


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A built site with a film."""
    made = small(tmp_path_factory.mktemp("film"))
    film_site(made)
    made.built("-W")
    return made
