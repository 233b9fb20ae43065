"""Objects whose methods complain of being called."""


class Called(BaseException):
    pass


def complain(*arguments, **keywords):
    raise Called


class Hostile(list):
    """Raises whatever is done to an instance."""

    x = __class__ = property(complain)
    __getattribute__ = __getattr__ = __setattr__ = __getitem__ = __iter__ = __len__ = __contains__ = complain
    __repr__ = __str__ = __eq__ = __ne__ = __hash__ = __bool__ = __dir__ = __sizeof__ = __reduce_ex__ = complain


def hostile_instance(*items, **attributes):
    made = list.__new__(Hostile)
    for item in items:
        list.append(made, item)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def hostile_key():
    """An object that can be put into a dict once, and then complains of being hashed, compared or shown."""

    class Key:
        __eq__ = __repr__ = __str__ = complain

        def __hash__(self):
            return 1

    return Key


def hostile_class(*bases, **attributes):
    class Meta(type):
        __getattribute__ = __repr__ = __dir__ = __eq__ = __hash__ = __instancecheck__ = __subclasscheck__ = complain
        __name__ = __mro__ = __bases__ = property(complain)

    return Meta("Class", bases, attributes)
