"""The parts of `refdemo.report`: what two moments of a process have in them, and the words for the difference."""
