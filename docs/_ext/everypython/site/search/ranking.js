// What answers a question, best first. Knows the index and MiniSearch, and nothing of a page: it runs under Node, too.
globalThis.siteSearch = (() => {
  const { pages, sections, synonyms } = globalThis.searchIndex;
  const WORD = /[\p{L}\p{N}_]+(?:[.\-'’][\p{L}\p{N}_]+)*/gu;
  const EMPTY = new Set(
    ("a about after all am an and any are as at be been but by can cannot could do does doesn't doing don't each for " +
      "from get gets had has have how i if in into is isn't it its me my no not of on once or our python so some such " +
      "than that the their them then there these they this to use used using was we were what when where which while " +
      "who why will with would you your").split(" "),
  );
  const NAME = /[._]/; // what stands in words that are names in a program
  const GATHERED = 0.2; // of what a section of a gathered page would count

  // Not a linguist's stem: forms of one word that programmers write come out equal, also with those of a name.
  const stem = (word) =>
    word.includes("_") || /\d/.test(word) || word.length < 4
      ? word
      : word
          .replace(/(?<=..)(?:ies|ied)$/, "y")
          .replace(/(?<=[^su])s$/, "")
          .replace(/(?<=...)(?:ing|ed|ly)$/, "")
          .replace(/([bdgmnprt])\1$/, "$1")
          .replace(/(?<=..)e$/, "");

  const same = new Map();
  const phrases = [];
  for (const [first, ...others] of synonyms) {
    for (const word of [first, ...others]) {
      if (word.includes(" ")) phrases.push([new RegExp(`\\b${word.replace(/ /g, "[ -]")}s?\\b`, "gi"), first]);
      else same.set(stem(word), stem(first));
    }
  }

  const termsOf = (token) => {
    const word = token.toLowerCase().replace(/’/g, "'").replace(/'s$/, "");
    if (EMPTY.has(word)) return [];
    if (same.has(stem(word))) return [same.get(stem(word))];
    const parts = token.match(/\p{Lu}?[\p{Ll}]+|\p{Lu}+(?!\p{Ll})|\p{N}{2,}/gu) ?? [];
    const stems = parts.map((part) => part.toLowerCase()).filter((part) => part.length > 1 && !EMPTY.has(part));
    return [...new Set([word, ...stems].map(stem).map((part) => same.get(part) ?? part))];
  };

  /** The terms that a word of a text stands for in the index: worked out once for each word, as texts repeat them. */
  const known = new Map();
  const terms = (token) => {
    if (!known.has(token)) known.set(token, termsOf(token));
    return known.get(token);
  };

  const index = new MiniSearch({
    fields: ["title", "page", "about", "text"],
    tokenize: (text) => text.match(WORD) ?? [],
    processTerm: terms,
  });
  // in portions, between which a browser answers its reader
  const ready = index.addAllAsync(
    sections.map(([page, , title, text], id) => {
      const { title: name, subtitle, also } = pages[page];
      return { id, title, page: name, about: `${subtitle} ${also}`, text };
    }),
  );

  /** The pages that answer a question, each with its best section and the terms that were found in it. */
  const find = (question) => {
    const asked = phrases.reduce((text, [phrase, word]) => text.replace(phrase, ` ${word} `), question);
    const words = new Set((asked.match(WORD) ?? []).flatMap(terms));
    const whole = question.trim().toLowerCase();
    const names = new Set((question.match(WORD) ?? []).filter((word) => NAME.test(word)));
    const file = ({ url }) => url.match(/([^/]*?)(?:\.html)?$/)[1].split("-").flatMap(terms);
    const named = pages.map((page) => file(page).every((term) => words.has(term)));
    const found = index.search(asked, {
      boost: { title: 3, page: 2.5, about: 4 },
      boostTerm: (term) => (NAME.test(term) ? 2 : 1),
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 3 && !NAME.test(term) ? 0.2 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
      boostDocument: (id) => {
        const [page, , title] = sections[id];
        const byName = named[page] || names.has(title) || title.toLowerCase() === whole;
        return pages[page].gathered && !byName ? GATHERED : 1;
      },
    });
    const best = new Map();
    for (const { id, terms: matched } of found) {
      const [page, anchor, title, text] = sections[id];
      if (!best.has(page)) best.set(page, { ...pages[page], anchor, section: title, text, matched: new Set(matched) });
    }
    return [...best.values()];
  };

  return { find, ready, terms, WORD };
})();
