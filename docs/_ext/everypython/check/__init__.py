"""Judge runs: what must not be published, and whether a built site says what the Pythons do."""
