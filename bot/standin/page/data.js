// Tables and charts: sorting and paging as Slack has them; charts as SVG with the same numbers as a table.

import { el, svg } from "/page/dom.js";
import { emoji, richText } from "/page/mrkdwn.js";

const words = (cell, names) =>
  cell.type === "rich_text" ? cell.elements.map((one) => richText(one, names)) : emoji(String(cell.text ?? cell.value));
const key = (cell) => (cell.type === "raw_number" ? cell.value : cell.type === "rich_text" ? "" : cell.text);

export function dataTable(block, names) {
  const [head, ...rows] = block.rows;
  const size = block.page_size || 5;
  const view = { rows, page: 0, column: -1, up: true };
  const table = el("table", {});
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const said = el("span", {});
  const turn = (by) => () => { view.page = Math.min(pages - 1, Math.max(0, view.page + by)); draw(); };
  const earlier = el("button", { type: "button", click: turn(-1) }, "Previous");
  const later = el("button", { type: "button", click: turn(1) }, "Next");

  function sort(column) {
    view.up = view.column === column ? !view.up : true;
    view.column = column;
    view.rows = [...rows].sort((a, b) => {
      const [x, y] = [key(a[column]), key(b[column])];
      const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
      return view.up ? order : -order;
    });
    view.page = 0;
    draw();
  }

  function draw() {
    const heads = head.map((cell, at) => {
      const order = view.column === at ? (view.up ? "ascending" : "descending") : "none";
      return el("th", { scope: "col", "aria-sort": order }, el("button", { type: "button", click: () => sort(at) }, words(cell, names)));
    });
    const shown = view.rows.slice(view.page * size, (view.page + 1) * size);
    const named = block.row_header_column_index || 0;
    const body = shown.map((row) =>
      el("tr", {}, row.map((cell, at) =>
        el(at === named ? "th" : "td", { scope: at === named ? "row" : null, class: cell.type === "raw_number" ? "number" : null }, words(cell, names)))));
    table.replaceChildren(el("caption", {}, block.caption), el("thead", {}, el("tr", {}, heads)), el("tbody", {}, body));
    said.textContent = `Page ${view.page + 1} of ${pages}, ${rows.length} rows`;
    earlier.disabled = view.page === 0;
    later.disabled = view.page === pages - 1;
  }

  draw();
  return el("div", { class: "table" }, table, pages > 1 ? el("p", { class: "pager" }, earlier, later, said) : null);
}

export function plainTable(block, names) {
  const row = (cells, tag) => el("tr", {}, cells.map((cell) => el(tag, {}, words(cell, names))));
  const [head, ...rows] = block.rows;
  return el("div", { class: "table" }, el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, rows.map((one) => row(one, "td")))));
}

const WIDTH = 560, HEIGHT = 180, LEFT = 44, BOTTOM = 26, TOP = 10;

export function chart(block) {
  const body = block.chart;
  const drawn = body.type === "pie" ? pie(body) : plotted(body);
  return el("figure", {}, el("figcaption", {}, block.title), drawn.picture, drawn.legend,
    el("details", {}, el("summary", {}, "The numbers"), drawn.table));
}

function plotted(body) {
  const names = body.axis_config.categories;
  const values = body.series.flatMap((one) => one.data.map((point) => point.value));
  const low = Math.min(0, ...values), high = Math.max(...values, low + 1);
  const x = (at) => LEFT + (names.length < 2 ? 0.5 : at / (names.length - 1)) * (WIDTH - LEFT - 14);
  const y = (value) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${body.type} chart` });
  for (const tick of [low, (low + high) / 2, high]) {
    picture.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - 10, y1: y(tick), y2: y(tick) }));
    picture.append(svg("text", { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, String(Math.round(tick * 10) / 10)));
  }
  const step = Math.ceil(names.length / 7);
  names.forEach((name, at) => {
    if (at % step === 0) picture.append(svg("text", { x: x(at), y: HEIGHT - 8, "text-anchor": at > 0 && at === names.length - 1 ? "end" : "middle" }, name));
  });
  body.series.forEach((one, number) => mark(picture, body, one, number, x, y, low));
  const head = el("tr", {}, el("th", {}, ""), body.series.map((one) => el("th", { scope: "col" }, one.name)));
  const rows = names.map((name, at) => el("tr", {}, el("th", { scope: "row" }, name), body.series.map((one) => el("td", { class: "number" }, one.data[at].value))));
  return { picture, legend: legend(body.series.map((one) => one.name)), table: el("table", {}, head, rows) };
}

function mark(picture, body, one, number, x, y, low) {
  const points = one.data.map((point, at) => `${x(at)},${y(point.value)}`);
  if (body.type === "bar") {
    const width = Math.max(3, (WIDTH - LEFT) / one.data.length / body.series.length / 1.6);
    one.data.forEach((point, at) => {
      const left = x(at) - (width * body.series.length) / 2 + number * width;
      const top = Math.min(y(point.value), y(0));
      picture.append(svg("rect", { class: `fill s${number}`, x: left, y: top, width, height: Math.abs(y(0) - y(point.value)) },
        svg("title", {}, `${one.name}, ${point.label}: ${point.value}`)));
    });
    return;
  }
  if (body.type === "area") {
    const end = `${x(one.data.length - 1)},${y(low)}`;
    picture.append(svg("polygon", { class: `area s${number}`, points: [`${x(0)},${y(low)}`, ...points, end].join(" ") }));
  }
  picture.append(svg("polyline", { class: `line s${number}`, points: points.join(" ") }));
  one.data.forEach((point, at) => picture.append(svg("circle", { class: `fill s${number}`, cx: x(at), cy: y(point.value), r: 3 },
    svg("title", {}, `${one.name}, ${point.label}: ${point.value}`))));
}

function pie(body) {
  const total = body.segments.reduce((sum, one) => sum + one.value, 0);
  const picture = svg("svg", { viewBox: "0 0 180 180", class: "pie", role: "img", "aria-label": "pie chart" });
  let turned = 0;
  body.segments.forEach((one, number) => {
    const share = one.value / total;
    const at = (part) => [90 + 80 * Math.sin(2 * Math.PI * part), 90 - 80 * Math.cos(2 * Math.PI * part)];
    const [fromX, fromY] = at(turned), [toX, toY] = at(turned + share);
    const path = share >= 1 ? "M90 10 A80 80 0 1 1 89.99 10 Z" : `M90 90 L${fromX} ${fromY} A80 80 0 ${share > 0.5 ? 1 : 0} 1 ${toX} ${toY} Z`;
    picture.append(svg("path", { class: `fill s${number}`, d: path }, svg("title", {}, `${one.label}: ${one.value}`)));
    turned += share;
  });
  const rows = body.segments.map((one) => el("tr", {}, el("th", { scope: "row" }, one.label), el("td", { class: "number" }, one.value)));
  return { picture, legend: legend(body.segments.map((one) => one.label)), table: el("table", {}, rows) };
}

function legend(labels) {
  return el("ul", { class: "legend" }, labels.map((label, number) => el("li", { class: `s${number}` }, label)));
}
