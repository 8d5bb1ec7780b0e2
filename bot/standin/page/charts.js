// Charts as SVG, drawn for the width there is and not before they are looked at. Series differ by dashes, marks and
// hatching as well as by colour, and the same numbers stand in a table that screen readers always have and everybody
// can show.

import { el, fresh, svg } from "/page/dom.js";

const HEIGHT = 240, TOP = 14, RIGHT = 16;
const DASHES = ["", "7 4", "2 3", "10 3 2 3", "4 4", "12 4"];
const MARKS = [
  (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`,
  (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  (x, y, r) => `M${x} ${y - r - 1}l${r + 1} ${2 * r}h${-2 * r - 2}z`,
  (x, y, r) => `M${x} ${y - r - 1}l${r + 1} ${r + 1}l${-r - 1} ${r + 1}l${-r - 1} ${-r - 1}z`,
  (x, y, r) => `M${x} ${y + r + 1}l${r + 1} ${-2 * r}h${-2 * r - 2}z`,
  (x, y, r) => `M${x - r} ${y - 1}h${r - 1}v${1 - r}h2v${r - 1}h${r - 1}v2h${1 - r}v${r - 1}h-2v${1 - r}h${1 - r}z`,
];
// How each fill is hatched; the first is plain.
const HATCHES = ["", "M0 8L8 0M-2 2L2 -2M6 10L10 6", "M0 0L8 8M-2 6L2 10M6 -2L10 2", "M0 4H8", "M4 0V8", "M4 4m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0"];
const few = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const at = (number) => number % 6;

export function chart(block) {
  const body = block.chart;
  const [heads, rows] = body.type === "pie" ? slicesTable(body) : seriesTable(body);
  const draw = { pie, bar: plotted, line: plotted, area: plotted }[body.type];
  if (!draw) return el("p", { class: "notice" }, `A chart of type ${body.type} that this page cannot show`);
  const stage = el("div", { class: body.type === "pie" ? "stage pie" : "stage" });
  const table = el("div", { class: "vh numbers" }, el("table", {}, el("caption", {}, block.title),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows.map(([name, ...values]) => el("tr", {}, el("th", { scope: "row" }, name), values.map((value) => el("td", { class: "number" }, few.format(value))))))));
  const toggle = el("button", { type: "button", class: "quiet", "aria-pressed": "false", click: () => {
    const shown = !table.classList.toggle("vh");
    toggle.setAttribute("aria-pressed", String(shown));
  } }, "Show numbers");
  const paint = (width) => stage.replaceChildren(draw(body, block.title, width));
  let last = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.min(680, Math.round(entry.contentRect.width));
    if (width > 0 && width !== last) paint(last = width);
  }).observe(stage);
  return el("figure", { class: "chart" }, el("figcaption", {}, el("b", {}, block.title), toggle), stage, legend(body), table);
}

function describe(title, body) {
  const of = body.type === "pie" ? body.segments.map((one) => `${one.label} ${few.format(one.value)}`) : body.series.map((one) => `${one.name}: from ${few.format(one.data[0].value)} to ${few.format(one.data.at(-1).value)}`);
  const axis = body.axis_config || {};
  return `${{ pie: "Pie", bar: "Bar", line: "Line", area: "Area" }[body.type]} chart. ${[axis.x_label, axis.y_label].filter(Boolean).join(" by ")} ${of.join("; ")}.`;
}

function canvas(title, body, width, height) {
  const [name, said] = [fresh("chart"), fresh("chart")];
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-labelledby": `${name} ${said}` }, svg("title", { id: name }, title), svg("desc", { id: said }, describe(title, body)));
}

// The fills of this picture; ids are its own, since a page holds many.
function fills(picture, count) {
  const prefix = fresh("hatch");
  picture.append(svg("defs", {}, Array.from({ length: count }, (_, number) => svg("pattern", { id: `${prefix}-${number}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
    svg("rect", { class: `fill s${at(number)}`, width: 8, height: 8 }), HATCHES[at(number)] ? svg("path", { class: "hatch", d: HATCHES[at(number)] }) : null))));
  return (number) => `url(#${prefix}-${number})`;
}

function nice(low, high) {
  const rough = (high - low) / 4 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough) * power;
  const ticks = [];
  for (let tick = Math.floor(low / step) * step; ticks.length < 12; tick += step) {
    ticks.push(Math.round(tick / step) * step);
    if (tick >= high) break;
  }
  return ticks;
}

function plotted(body, title, width) {
  const axis = body.axis_config, names = axis.categories, picture = canvas(title, body, width, HEIGHT);
  const values = body.series.flatMap((one) => one.data.map((point) => point.value));
  const ticks = nice(Math.min(0, ...values), Math.max(...values, 0));
  const [low, high] = [ticks[0], ticks.at(-1)];
  const left = 14 + 7 * Math.max(...ticks.map((tick) => short.format(tick).length)) + (axis.y_label ? 16 : 0);
  const bottom = HEIGHT - (axis.x_label ? 42 : 26), room = width - left - RIGHT, slot = room / names.length;
  const plot = { body, picture, bottom, slot, paint: fills(picture, body.series.length),
    x: (point) => (body.type === "bar" ? left + slot * (point + 0.5) : left + 8 + (names.length < 2 ? 0.5 : point / (names.length - 1)) * (room - 16)),
    y: (value) => TOP + (1 - (value - low) / (high - low || 1)) * (bottom - TOP) };
  for (const tick of ticks) {
    picture.append(svg("line", { class: tick === 0 ? "grid zero" : "grid", x1: left, x2: width - RIGHT, y1: plot.y(tick), y2: plot.y(tick) }),
      svg("text", { x: left - 6, y: plot.y(tick) + 4, "text-anchor": "end" }, short.format(tick)));
  }
  const widest = 7 * Math.max(...names.map((name) => name.length)) + 8, every = Math.max(1, Math.ceil(widest / slot));
  names.forEach((name, point) => {
    if (point % every) return;
    const edge = point === names.length - 1 && names.length > 1 && body.type !== "bar";
    picture.append(svg("text", { x: edge ? width - RIGHT : plot.x(point), y: bottom + 17, "text-anchor": edge ? "end" : point === 0 && body.type !== "bar" ? "start" : "middle" }, name));
  });
  if (axis.x_label) picture.append(svg("text", { class: "axis", x: left + room / 2, y: HEIGHT - 6, "text-anchor": "middle" }, axis.x_label));
  if (axis.y_label) picture.append(svg("text", { class: "axis", x: -(TOP + bottom) / 2, y: 12, transform: "rotate(-90)", "text-anchor": "middle" }, axis.y_label));
  body.series.forEach((one, number) => (body.type === "bar" ? bars : curve)(plot, one, number));
  return picture;
}

const tip = (one, point) => svg("title", {}, `${one.name}, ${point.label}: ${few.format(point.value)}`);

function bars({ body, picture, slot, paint, x, y }, one, number) {
  const width = Math.min(48, (slot * 0.76) / body.series.length);
  one.data.forEach((point, place) => {
    const left = x(place) - (width * body.series.length) / 2 + number * width;
    picture.append(svg("rect", { class: `bar s${at(number)}`, fill: paint(number), x: left + 0.5, y: Math.min(y(point.value), y(0)), width: Math.max(1, width - 1), height: Math.max(1, Math.abs(y(0) - y(point.value))), rx: 2 }, tip(one, point)));
  });
}

function curve({ body, picture, bottom, paint, x, y }, one, number) {
  const points = one.data.map((point, place) => `${x(place)},${y(point.value)}`);
  const floor = Math.min(bottom, y(0));
  if (body.type === "area") picture.append(svg("polygon", { class: "area", fill: paint(number), points: [`${x(0)},${floor}`, ...points, `${x(one.data.length - 1)},${floor}`].join(" ") }));
  picture.append(svg("polyline", { class: `line s${at(number)}`, "stroke-dasharray": DASHES[at(number)] || null, points: points.join(" ") }));
  one.data.forEach((point, place) => picture.append(svg("path", { class: `fill s${at(number)}`, d: MARKS[at(number)](x(place), y(point.value), one.data.length > 12 ? 3 : 4) }, tip(one, point))));
}

function pie(body, title, width) {
  const size = Math.min(220, width), middle = size / 2, radius = middle - 6, picture = canvas(title, body, size, size), paint = fills(picture, body.segments.length);
  const total = body.segments.reduce((sum, one) => sum + one.value, 0);
  const edge = (share, far = radius) => [middle + far * Math.sin(2 * Math.PI * share), middle - far * Math.cos(2 * Math.PI * share)];
  let turned = 0;
  body.segments.forEach((one, number) => {
    const share = one.value / total, from = edge(turned), to = edge(turned + share), centre = edge(turned + share / 2, radius * 0.66);
    const slice = share >= 1 ? svg("circle", { cx: middle, cy: middle, r: radius }) : svg("path", { d: `M${middle} ${middle}L${from}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${to}Z` });
    slice.setAttribute("class", "slice");
    slice.setAttribute("fill", paint(number));
    slice.append(svg("title", {}, `${one.label}: ${few.format(one.value)} (${Math.round(100 * share)} %)`));
    picture.append(slice);
    if (share >= 0.08) picture.append(svg("text", { class: "share", x: centre[0], y: centre[1] + 4, "text-anchor": "middle" }, `${Math.round(100 * share)} %`));
    turned += share;
  });
  return picture;
}

function legend(body) {
  const names = body.type === "pie" ? body.segments.map((one) => [one.label, few.format(one.value)]) : body.series.map((one) => [one.name, ""]);
  const lined = body.type === "line";
  return el("ul", { class: "legend", "aria-hidden": "true" }, names.map(([name, value], number) => {
    const swatch = svg("svg", { class: "swatch", viewBox: "0 0 28 14", width: 28, height: 14 });
    if (lined) swatch.append(svg("path", { class: `line s${at(number)}`, "stroke-dasharray": DASHES[at(number)] || null, d: "M0 7H28" }), svg("path", { class: `fill s${at(number)}`, d: MARKS[at(number)](14, 7, 4) }));
    else { const paint = fills(swatch, number + 1); swatch.append(svg("rect", { x: 4, y: 0, width: 20, height: 14, rx: 2, fill: paint(number) })); }
    return el("li", {}, swatch, name, value ? el("b", {}, value) : null);
  }));
}

function seriesTable(body) {
  return [[body.axis_config.x_label || "", ...body.series.map((one) => one.name)], body.axis_config.categories.map((name, place) => [name, ...body.series.map((one) => one.data[place].value)])];
}

function slicesTable(body) {
  return [["Part", "Value"], body.segments.map((one) => [one.label, one.value])];
}
