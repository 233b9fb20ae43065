// For pages that `everypython.live` serves: one that was built again is loaded again, where it was, and what there is to
// say about it stands below it.
{
  const { page, seen } = document.currentScript.dataset;
  const bar = document.createElement("pre");
  bar.setAttribute("role", "status");
  Object.assign(bar.style, {
    position: "fixed", inset: "auto 0 0 0", zIndex: 1000, margin: 0, padding: "0.5rem 1rem", maxHeight: "40vh",
    overflow: "auto", whiteSpace: "pre-wrap", background: "Canvas", color: "CanvasText", borderTop: "2px solid",
  });
  document.body.append(bar);
  const say = (text) => {
    bar.textContent = text;
    bar.hidden = !text;
  };
  let news;
  const listen = () => {
    news?.close();
    if (document.hidden) return; // a browser has six connections to a server, for all that is open
    news = new EventSource(`/live-news?${new URLSearchParams({ page, seen })}`);
    news.onerror = () => say("Nothing serves this page any more.");
    news.onmessage = ({ data }) => {
      const { reload, says } = JSON.parse(data);
      say(says);
      if (reload) location.reload();
    };
  };
  say("");
  listen();
  document.addEventListener("visibilitychange", listen);
}
