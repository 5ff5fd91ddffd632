// The graph as a PNG file. The image names what the page shows around the graph: the series and the session.

export const SIZE = { width: 1200, height: 560 };

// library: Plotly; picture: the graph drawn at SIZE
export async function download(library, element, { data, layout }, { id, title }) {
  const ground = getComputedStyle(element.closest("dialog, .session-card, td") ?? document.body);
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
  await library.downloadImage(figure, { ...SIZE, format: "png", scale: 2, filename: `session-${id}` });
}
