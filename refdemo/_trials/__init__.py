"""The runs behind each line of `python -m refdemo`."""
