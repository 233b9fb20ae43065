// Sphinx's search shows a few words of each page that it found. These should be of the text, not of what it is
// operated by, and if what was asked for stands there as it was asked for, they should be around that.
(() => {
  const { htmlToText, makeSearchSummary } = Search;
  const operated = ".chooser, .run, .exactly, .who, .hide > summary, .provenance, .downloads, .feedback";
  const asked = new URLSearchParams(location.search).get("q")?.trim();

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
