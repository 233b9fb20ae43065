def test_nothing_is_asked():
    pass
