"""Side-by-side figures for this project and its peers: `nox -s bench`."""
