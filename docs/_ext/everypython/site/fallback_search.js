// Sphinx's search wants every word on a page, and takes the best word's score for the page's. Here a page is found by
// any of the words: each counts, a rare one more, on a long page less, and more in what the page says it is about. What
// is gathered from other pages comes last.
// And Sphinx shows a few words of each page. These should be of the text, not of what it is operated by, and if what
// was asked for stands there as it was asked for, they should be around that.
(() => {
  const pages = JSON.parse(document.currentScript.dataset.pages);
  const { performTermsSearch, htmlToText, makeSearchSummary } = Search;
  const operated = ".chooser, .run, .exactly, .who, .hide > summary, .provenance, .downloads, .feedback";
  const asked = new URLSearchParams(location.search).get("q")?.trim();
  const [PAGE, SCORE] = [0, 4]; // places in what Sphinx calls a result
  const GATHERED = 0.2; // of what another page would count

  const stemmer = new Stemmer();
  const stems = (text) => (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).map((word) => stemmer.stemWord(word));
  const about = new Map(
    Object.entries(pages).map(([page, it]) => [page, new Set(stems(`${it.title} ${it.subtitle} ${it.also}`))]),
  );

  // How many words a page has, in terms of the average page.
  const lengths = () => {
    const { terms, docnames } = Search._index;
    const counts = docnames.map(() => 0);
    for (const found of Object.values(terms)) for (const page of [found].flat()) counts[page] += 1;
    const average = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    return new Map(docnames.map((page, place) => [page, counts[place] / average]));
  };

  Search.performTermsSearch = (words, excluded) => {
    const { docnames, titles, filenames } = Search._index;
    const scores = new Map();
    const long = lengths();
    for (const word of words) {
      const found = new Map(performTermsSearch(new Set([word]), excluded).map((it) => [it[PAGE], it[SCORE]]));
      const rare = Math.log(1 + docnames.length / Math.max(found.size, 1));
      for (const page of docnames) {
        const text = (found.get(page) ?? 0) / (0.25 + 0.75 * long.get(page));
        const subject = about.get(page)?.has(word) ? Scorer.title : 0;
        const worth = (text * (pages[page]?.gathered ? GATHERED : 1) + subject) * rare;
        if (worth) scores.set(page, (scores.get(page) ?? 0) + worth);
      }
    }
    return docnames.flatMap((page, place) =>
      scores.has(page)
        ? [[page, titles[place], "", null, scores.get(page), filenames[place], SearchResultKind.text]]
        : [],
    );
  };
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of page.querySelectorAll(operated)) part.remove();
    return htmlToText(page.documentElement.outerHTML, anchor);
  };
  Search.makeSearchSummary = (html, words, anchor) => {
    const whole = Search.htmlToText(html, anchor).toLowerCase().includes(asked.toLowerCase());
    return makeSearchSummary(html, whole ? [asked] : words, anchor);
  };
})();
