// Colours that are named by CSS tokens, in the current theme: Plotly takes no var(--…).

// Return {resolve(value), done()}: resolve returns a copy of a value with each "var(--…)" in it as a plain colour.
// Call done() at the end; it removes the element that the browser resolves colours on.
export function colourResolver(parent) {
  const colours = new Map();
  const probe = document.createElement("i");
  probe.hidden = true;
  parent.append(probe);
  const colour = (name) => {
    if (!colours.has(name)) {
      probe.style.color = name;
      colours.set(name, getComputedStyle(probe).color);
    }
    return colours.get(name);
  };
  const resolve = (value) => {
    if (typeof value === "string") return value.startsWith("var(") ? colour(value) : value;
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
  };
  return { resolve, done: () => probe.remove() };
}
