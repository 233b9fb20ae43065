"""nbsphinx executes the notebooks, in the theme of this project's site."""

project = "refdemo"
extensions = ["nbsphinx"]
root_doc = "contents"
exclude_patterns = ["_build"]
html_theme = "furo"
nbsphinx_execute = "always"
nbsphinx_allow_errors = True
nbsphinx_timeout = 180
