// What html-validate asks of the pages: all that it recommends, but for what is said here.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // HTML allows both ways. furo and Sphinx each write their own, and no reader meets the difference.
    "doctype-style": ["error", { style: "lowercase" }],
    "no-trailing-whitespace": "off",
    "prefer-tbody": "off", // every parser adds it
    "void-style": "off",
    // a limit of search engines' lists, which cut what is longer: a page's question comes first, then the field's terms
    "long-title": "off",
    // Sphinx names what it documents by its dotted name: HTML asks of an id that it has no space
    "valid-id": ["error", { relaxed: true }],
    // furo's stylesheet knows its main part as an article and the captions of its sidebar as paragraphs; their roles
    // say what they are
    "prefer-native-element": ["error", { exclude: ["heading", "main"] }],
    // furo's search is sent by Enter, as on most sites; a button is one technique of several
    "wcag/h32": "off",
  },
};
