python -m everypython build docs site
python -m everypython verify docs site
