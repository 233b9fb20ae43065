// Keeps what the reader looks at where it is, to the pixel, whatever comes in or goes above it. Browsers do that in part
// (scroll anchoring), and some do not at all.

let pressed = null; // the place whose button the reader has pressed
let owed = 0; // less than a pixel: where a window can scroll by whole ones only

export const watch = (place) => ([pressed, owed] = [place, 0]);

const seen = (part) => {
  const { top, bottom, height } = part.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
};

const looked = () => {
  const parts = pressed ? [pressed.controls, pressed.cell] : [];
  return [...parts, ...document.querySelectorAll("article .cell, article p, article pre")].find(seen);
};

// Changes the page; what comes of it above what the reader looks at is scrolled away.
export function steadily(change) {
  const page = document.documentElement;
  const fixed = looked();
  const before = fixed?.getBoundingClientRect().top;
  page.style.overflowAnchor = "none"; // or the browser would do its part of it a second time
  change();
  if (!fixed?.isConnected) return;
  const moved = () => fixed.getBoundingClientRect().top - before + owed;
  if (!moved()) return;
  scrollBy({ top: moved(), behavior: "instant" });
  owed = Math.abs(moved()) < 1 ? moved() : 0; // or the page ends there
}
