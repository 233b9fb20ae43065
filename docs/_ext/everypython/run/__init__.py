"""Run units, each in a process of its own, and keep what they did; and the build, which knows all of it."""
