import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A value that copies itself. */
export function makeCopy(value, label) {
  const button = h(
    "button",
    { type: "button", class: "copy", "aria-label": `Copy ${label ?? value}`, title: "Copy" },
    h("span", {}, label ?? value),
    icon("copy"),
  );
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value);
    button.classList.add("done");
    button.lastElementChild.replaceWith(icon("check"));
    setTimeout(() => {
      button.classList.remove("done");
      button.lastElementChild.replaceWith(icon("copy"));
    }, 1200);
  });
  return button;
}
