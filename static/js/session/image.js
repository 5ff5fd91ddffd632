// The graph as a picture to keep: it alone has to say what the page says round it, the series and the session.

import { picture } from "./drawing.js";

const SIZE = { width: 1200, height: 560 };

export async function download(graph) {
  const { data, layout } = picture(graph, SIZE);
  const { title, session } = graph.payload;
  const ground = getComputedStyle(graph.element.closest("dialog, .session-card, td") ?? document.body);
  const figure = {
    data,
    layout: {
      ...layout,
      title: { text: title, x: 0.02, xanchor: "left", font: { size: 15 } },
      showlegend: true,
      paper_bgcolor: ground.backgroundColor,
      margin: { ...layout.margin, t: 64 },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.16 },
    },
  };
  await graph.library.downloadImage(figure, { ...SIZE, format: "png", scale: 2, filename: `session-${session}` });
}
