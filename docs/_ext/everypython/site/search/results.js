// Shows what was found: on the page of results, and below any other field of the search while somebody types.
Object.assign(siteSearch, (() => {
  const { find, terms, WORD } = siteSearch;
  const root = document.documentElement.dataset.content_root ?? "./";
  const BELOW = 8; // results below a field
  const LONG = 180; // characters of an excerpt
  const attached = new WeakSet();

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  /** The part of a text that has the most of what was found, with the words marked. */
  const excerpt = (text, matched) => {
    const words = [...text.matchAll(WORD)];
    const hits = words.filter(([word]) => terms(word).some((term) => matched.has(term)));
    const within = (start) => hits.filter(({ index }) => index >= start && index < start + LONG - 40);
    const variety = ({ index }) => new Set(within(index).flatMap(([word]) => terms(word))).size;
    const best = hits.length ? hits.reduce((one, other) => (variety(other) > variety(one) ? other : one)).index : 0;
    const from = words.find(({ index }) => index >= best - 40)?.index ?? 0;
    const end = text.length <= from + LONG ? text.length : text.lastIndexOf(" ", from + LONG);
    const parts = [from > 0 ? "… " : ""];
    let at = from;
    for (const { 0: word, index } of hits) {
      if (index < from || index + word.length > end) continue;
      parts.push(text.slice(at, index), element("mark", "", word));
      at = index + word.length;
    }
    return [...parts, text.slice(at, end), end < text.length ? " …" : ""];
  };

  const entry = (result) => {
    const { url, anchor, title, section, subtitle, text, matched } = result;
    const link = element("a", "", element("span", "title", title));
    link.href = `${root}${url}${anchor && `#${anchor}`}`;
    if (section) link.append(" ", element("span", "section", section));
    if (subtitle) link.append(" ", element("span", "subtitle", subtitle));
    const item = element("li", "", link);
    if (text) item.append(element("p", "excerpt", ...excerpt(text, matched)));
    return item;
  };

  const counted = (number) => (number ? `${number} page${number === 1 ? "" : "s"} found` : "Nothing found");

  /** Put what answers a field's question into a list, and say how much that is. */
  const show = (field, list, status, most) => {
    const results = field.value.trim() ? find(field.value) : [];
    list.replaceChildren(...results.slice(0, most).map(entry));
    const more = results.length > most ? `; Enter shows all` : "";
    status.textContent = field.value.trim() && counted(results.length) + more;
  };

  const fill = (field) => {
    const status = field.form.nextElementSibling;
    const list = element("ol", "found");
    status.after(list);
    const render = () => show(field, list, status);
    field.value ||= new URLSearchParams(location.search).get("q") ?? "";
    field.addEventListener("input", () => {
      render();
      history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    });
    render();
  };

  const drop = (field) => {
    const status = element("p", "");
    status.setAttribute("role", "status");
    const list = element("ol", "found");
    const panel = element("div", "search-panel", status, list);
    const form = field.form;
    form.append(panel);
    field.autocomplete = "off";
    const render = () => {
      show(field, list, status, BELOW);
      panel.hidden = !field.value.trim();
    };
    const move = (step) => {
      const stops = [field, ...list.querySelectorAll("a")];
      stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)].focus();
    };
    const keys = { ArrowDown: () => move(1), ArrowUp: () => move(-1) };
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) {
        field.focus();
        panel.hidden = true;
      } else if (event.key in keys && !panel.hidden) keys[event.key]();
      else return;
      event.preventDefault();
    });
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!form.contains(relatedTarget)) panel.hidden = true;
    });
    field.addEventListener("input", render);
    field.addEventListener("focus", () => panel.hidden && render());
    render();
  };

  /** Make a field answer while somebody types; the form of the page of results fills that page. */
  const attach = (field) => {
    if (attached.has(field)) return;
    attached.add(field);
    (field.form.matches(".search-page") ? fill : drop)(field);
  };

  return { attach };
})());
