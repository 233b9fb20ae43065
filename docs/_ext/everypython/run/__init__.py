"""Runs units, each in a process of its own, and keeps what they did; and the build, which knows all of it."""
