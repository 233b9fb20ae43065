"""The walks over live objects that `holders` and `cycles` are made of."""
