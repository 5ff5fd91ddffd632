// Plotly, once for a page: when the page has nothing else to do, or when the first graph is opened.

// Plotly brings the style sheet of a map library, and puts it in the page unless there is an element of
// this id. The content security policy would refuse it; no map is drawn here. (A browser test tells when
// another Plotly wants another id.)
const MAP_STYLES = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

let loading = null;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.id = MAP_STYLES;
    script.src = document.querySelector('meta[name="plotly-source"]').content;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error("The graph library could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}

const whenIdle = window.requestIdleCallback ?? ((todo) => setTimeout(todo, 1500));

export function plotlyWhenIdle() {
  const soon = () => whenIdle(() => plotly().catch(() => {}), { timeout: 10_000 });
  if (document.readyState === "complete") soon();
  else addEventListener("load", soon, { once: true });
}
