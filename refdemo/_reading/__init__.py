"""How objects are laid out, and how they are read so that they do not notice."""
