"""What is mended of the theme's HTML, and what is left alone."""

from everypython.html.fixes import fix_html

SIGNATURE = '<dt>f(<dl>\n<dd><em class="sig-param">a</em>,</dd>\n<dd><em class="sig-param">b</em>,</dd>\n</dl>\n)</dt>'


def test_a_caption_gets_the_level_that_a_heading_has() -> None:
    assert 'role="heading" aria-level="2"' in fix_html('<h1>x</h1><p class="caption" role="heading">y</p>', "")


def test_a_folds_name_is_its_text() -> None:
    fold = '<h1>x</h1><summary aria-label="Toggle hidden content">\n<p>Show the output</p></summary>'
    assert fix_html(fold, "") == fold.replace(' aria-label="Toggle hidden content"', "")


def test_a_folds_name_has_no_paragraphs_and_the_words_of_others_stay() -> None:
    summary = '<summary>\n<p class="{0} admonition-title">Show</p>\n</summary>'
    assert fix_html("<h1>x</h1>" + summary.format("collapsed"), "") == (
        '<h1>x</h1><summary>\n<span class="collapsed admonition-title">Show</span>\n</summary>'
    )
    assert fix_html("<h1>x</h1>" + summary.format("note"), "") == "<h1>x</h1>" + summary.format("note")


def test_a_table_has_its_id_once_and_says_what_its_headings_are_of() -> None:
    table = '<table class="docutils" id="x"><tr><th class="head">a</th></tr>'
    wrapped = f'<h1>x</h1><div class="table-wrapper docutils" id="x">\n{table}'
    assert fix_html(wrapped, "") == (
        '<h1>x</h1><div class="table-wrapper docutils">\n<table class="docutils" id="x"><tr>'
        '<th class="head" scope="col">a</th></tr>'
    )
    assert fix_html('<h1>x</h1><div class="table-wrapper" id="x">\n<table id="y">', "").count("id=") == 2


def test_icons_stand_in_a_landmark_with_all_that_is_among_them() -> None:
    icons = '<div class="content-icon-container">\n<div>a</div>\n<div>b</div>\n</div>\n<article id="x">'
    assert fix_html(f"<h1>x</h1>{icons}", "") == (
        '<h1>x</h1><nav class="content-icon-container" aria-label="Tools">\n<div>a</div>\n<div>b</div>\n</nav>\n'
        '<article id="x">'
    )


def test_parameters_of_a_signature_are_no_list_of_definitions_and_other_lists_stay() -> None:
    page = f"<h1>x</h1>{SIGNATURE}<dl>\n<dd>no parameter</dd>\n</dl>"
    assert fix_html(page, "").count("<dl>") == 1
    assert fix_html(page, "").count('<span class="parameter"><em class="sig-param">') == 2


def test_a_page_without_a_heading_gets_its_title_and_another_none() -> None:
    article = '<article role="main" id="furo-main-content">'
    assert fix_html(article, "Search") == f"{article}\n<h1>Search</h1>"
    assert fix_html(f"{article}<h1>x</h1>", "Search") == f"{article}<h1>x</h1>"


def test_the_link_to_the_top_stands_in_a_landmark() -> None:
    link = '<a href="#" class="back-to-top muted-link">\n<span>Back to top</span></a>'
    assert fix_html(f"<h1>x</h1>{link}", "") == f'<h1>x</h1><nav aria-label="Top">{link}</nav>'


def test_what_is_mended_is_mended_once() -> None:
    top = '<a href="#" class="back-to-top muted-link">x</a>'
    page = f'<h1>x</h1>{SIGNATURE}<aside class="toc-drawer"></aside>{top}'
    assert fix_html(fix_html(page, ""), "") == fix_html(page, "")
