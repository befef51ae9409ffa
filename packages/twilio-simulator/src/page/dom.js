/** Makes an element. Text goes in as text only: nothing of a message is ever read as markup. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name === "class") element.className = value;
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Puts the given elements into the container and touches only what moved, so that focus and scrolling stay. */
export function sync(container, elements) {
  elements.forEach((element, index) => {
    const there = container.children[index];
    if (there !== element) container.insertBefore(element, there ?? null);
  });
  while (container.children.length > elements.length) container.lastElementChild.remove();
}

/** Keeps the element of each item for as long as its version stays the same. */
export function createCache() {
  const kept = new Map();
  return (key, version, make) => {
    const known = kept.get(key);
    if (known?.version === version) return known.element;
    const element = make();
    const active = known?.element.contains(document.activeElement);
    kept.set(key, { version, element });
    if (active) requestAnimationFrame(() => element.querySelector("button")?.focus());
    return element;
  };
}

export const byId = (id) => document.getElementById(id);
