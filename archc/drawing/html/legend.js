// What the boxes and lines of the drawing mean.

const SWATCH = { width: 18, height: 12 }; // pixels

function prepareLegend() {
  const legend = document.getElementById("legend");
  for (const key of data.legend) {
    const entry = document.createElement("span");
    entry.append(swatch(key), word("span", key.words));
    legend.append(entry);
  }
}

function swatch(key) {
  const { width, height } = SWATCH;
  const dashes = key.dashed ? "4 3" : null;
  const made = make("svg", { width, height, "aria-hidden": "true" });
  const look = { fill: key.fill, stroke: key.stroke, "stroke-dasharray": dashes };
  if (key.look === "line") {
    made.append(make("path", { ...look, d: `M0 ${height / 2}H${width}`, "stroke-width": 2 }));
  } else if (key.look === "disc") {
    made.append(make("circle", { ...look, cx: width / 2, cy: height / 2, r: height / 2 - 0.5 }));
    const sign = { size: 10, bold: true, color: data.colours.merge.text };
    made.append(text(width / 2, height / 2, key.sign, sign));
  } else {
    const box = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 3 };
    made.append(make("rect", { ...box, ...look }));
    if (key.header) made.append(make("rect", { ...box, height: height / 2, fill: key.header }));
  }
  return made;
}
