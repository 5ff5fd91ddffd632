// Plotly, loaded once per page: when the page is idle, or when the first graph needs it.

// Plotly adds the style sheet of a map library unless the page has an element of this id. The content security
// policy would refuse the sheet, and no map is drawn here. tests/test_borrowed_apis.py fails when the id changes.
const MAP_STYLES = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

let loading = null;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.id = MAP_STYLES;
    script.src = document.querySelector('meta[name="plotly-source"]').content;
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      loading = null;
      reject(new Error("The graph library could not be loaded."));
    });
    document.head.append(script);
  });
  return loading;
}

const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 1500));
const loadWhenIdle = () => whenIdle(() => plotly().catch(() => {}), { timeout: 10_000 });

export function plotlyWhenIdle() {
  if (document.readyState === "complete") loadWhenIdle();
  else addEventListener("load", loadWhenIdle, { once: true });
}
