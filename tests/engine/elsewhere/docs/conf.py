project = "Parts"
extensions = ["everypython"]
html_theme = "furo"
everypython_packages = ["../parts"]
