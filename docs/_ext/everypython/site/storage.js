// Where a browser denies a site its storage, themes fail at the first line that asks for it. This blocks in <head>, before
// them, and gives them one that lasts as long as its window: it is kept in the window's name.
(() => {
  try {
    return void localStorage.length;
  } catch {
    // denied
  }
  const MARK = "kept for a site that is denied storage: ";
  const kept = new Map(window.name.startsWith(MARK) ? JSON.parse(window.name.slice(MARK.length)) : []);
  const write = () => (window.name = MARK + JSON.stringify([...kept]));
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => write(kept.set(key, String(value))),
    removeItem: (key) => write(kept.delete(key)),
  };
  Object.defineProperty(window, "localStorage", { value: storage, configurable: true });
})();
