"""Give Sphinx and myst-nb what ran: before pages are read, while they are read, and in their directives."""
