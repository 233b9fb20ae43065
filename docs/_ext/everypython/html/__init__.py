"""Add to the written site what only HTML has: the chooser, Run, downloads, runs.json, metadata and a policy."""
