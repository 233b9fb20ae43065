"""What `graph` draws: the walk, the names and numbers, and the forms of a picture."""
