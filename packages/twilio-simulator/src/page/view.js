import { byId } from "./dom.js";

/** On narrow screens one of the three columns is shown at a time. */
export function showView(view) {
  document.body.dataset.view = view;
  for (const button of byId("bottom").children)
    button.setAttribute("aria-current", String(button.dataset.view === view));
}
