// How a run goes on: bytes, seconds and a Stop, in the cell whose button was pressed, or in the bar for a whole page.
// This is for the eye; who is read to hears of it through `say` only, when it begins, at half, when all is there, and at its end.

import { element } from "./outputs.mjs";
import { steadily } from "./steady.mjs";

const SECOND = 1000; // milliseconds

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

export function metered({ bar, say, stop }) {
  const end = element("button", { type: "button", class: "run-stop" }, "Stop");
  const track = element("progress", { "aria-label": "Loading Python", hidden: "" });
  const words = bar.appendChild(element("span", { class: "run-says" }));
  end.addEventListener("click", stop);
  let [at, began, doing, ticking] = [null, 0, "", 0];
  const said = new Set(); // of a Python that starts once more nobody needs to hear: it is in the browser's cache
  const once = (what, sentence) => said.has(what) || (said.add(what), say(sentence));

  const says = () => at?.says ?? words;
  const tell = () => {
    const seconds = Math.floor((performance.now() - began) / SECOND);
    steadily(() => (says().textContent = `${doing} · ${seconds} s`));
  };

  return {
    // Begins to count for a place, or for the whole page.
    begin(place) {
      [at, began, doing] = [place, performance.now(), "Running"];
      if (place) {
        end.setAttribute("aria-label", `Stop ${place.number}`);
        steadily(() => place.says.before(end, track));
      } else bar.append(track, words);
      track.hidden = true;
      ticking = setInterval(tell, SECOND);
    },

    loading(name, bytes, all) {
      once(name, `Loading ${name}, ${megabytes(all)} MB.`);
      doing = `Loading ${megabytes(Math.min(bytes, all))} of ${megabytes(all)} MB`;
      Object.assign(track, { hidden: false, max: all, value: bytes });
      if (bytes >= all) {
        doing = `Loading: ${megabytes(all)} MB are here, Python starts`;
        track.removeAttribute("value"); // it moves without saying how far it is
        once(`all ${name}`, `${name} is loaded, and starts.`);
      } else if (bytes > all / 2) once(`half ${name}`, `Half of ${name} is here.`);
      tell();
    },

    running() {
      doing = "Running";
      track.hidden = true;
      tell();
    },

    // Ends, and returns the seconds that it took.
    end(well) {
      clearInterval(ticking);
      const seconds = ((performance.now() - began) / SECOND).toFixed(1);
      const focused = end === document.activeElement;
      steadily(() => {
        end.remove();
        track.remove();
        says().textContent = at ? `${well ? "Done in" : "Ended after"} ${seconds} s` : "";
      });
      if (focused) at.part("run").focus();
      at = null;
      return seconds;
    },
  };
}
