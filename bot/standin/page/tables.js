// Tables: a data table is sorted by its headings, filtered by words and turned page by page; a plain one stands as it is.

import { el, icon } from "/page/dom.js";
import { emoji, richText } from "/page/mrkdwn.js";

const saidIn = (part) => part?.text ?? part?.name ?? (part?.elements || []).map(saidIn).join(" ");
const said = (cell) => (cell.type === "rich_text" ? saidIn(cell) : String(cell.text ?? cell.value ?? ""));
const shown = (cell, reader) => (cell.type === "rich_text" ? richText(cell, reader) : emoji(said(cell)));

function compare(a, b) {
  if (a.type === "raw_number" && b.type === "raw_number") return a.value - b.value;
  return said(a).localeCompare(said(b), "en", { numeric: true, sensitivity: "base" });
}

export function dataTable(block, reader) {
  const [head, ...rows] = block.rows;
  const size = block.page_size || 5;
  const view = { page: 0, column: -1, up: true, wanted: "" };
  const table = el("table", {});
  const place = el("span", { role: "status" });
  const numeric = head.map((cell, at) => rows.length > 0 && rows.every((row) => row[at].type === "raw_number"));

  const turn = (by) => () => { view.page += by; draw(); };
  const earlier = el("button", { type: "button", class: "button", "aria-label": "Previous page", click: turn(-1) }, "‹");
  const later = el("button", { type: "button", class: "button", "aria-label": "Next page", click: turn(1) }, "›");
  const filter = el("input", { type: "search", "aria-label": "Filter rows", placeholder: "Filter", input: (event) => { view.wanted = event.target.value.trim().toLowerCase(); view.page = 0; draw(); } });

  function sort(column) {
    view.up = view.column === column ? !view.up : true;
    view.column = column;
    view.page = 0;
    draw();
    table.querySelectorAll("thead button")[column].focus();
  }

  function found() {
    const kept = rows.filter((row) => !view.wanted || row.some((cell) => said(cell).toLowerCase().includes(view.wanted)));
    if (view.column < 0) return kept;
    return kept.sort((a, b) => (view.up ? 1 : -1) * compare(a[view.column], b[view.column]));
  }

  function heading(cell, at) {
    const order = view.column === at ? (view.up ? "ascending" : "descending") : "none";
    return el("th", { scope: "col", "aria-sort": order, class: numeric[at] ? "number" : null }, el("button", { type: "button", click: () => sort(at) }, shown(cell, reader), el("span", { class: "sort", "aria-hidden": "true" })));
  }

  function line(row) {
    return el("tr", {}, row.map((cell, at) => {
      const names = at === (block.row_header_column_index || 0);
      return el(names ? "th" : "td", { scope: names ? "row" : null, class: numeric[at] ? "number" : null }, shown(cell, reader));
    }));
  }

  function draw() {
    const kept = found(), pages = Math.max(1, Math.ceil(kept.length / size));
    view.page = Math.min(pages - 1, Math.max(0, view.page));
    const first = view.page * size, here = kept.slice(first, first + size);
    table.replaceChildren(el("caption", { class: "vh" }, block.caption), el("thead", {}, el("tr", {}, head.map(heading))),
      el("tbody", {}, here.length ? here.map(line) : el("tr", {}, el("td", { colspan: head.length, class: "none" }, "No row holds that."))));
    place.textContent = kept.length ? `${first + 1}–${first + here.length} of ${kept.length}` : "0 rows";
    earlier.disabled = view.page === 0;
    later.disabled = view.page === pages - 1;
  }

  draw();
  const tools = rows.length > size || rows.length > 4;
  return el("div", { class: "table data" }, el("div", { class: "table-head" }, el("b", { "aria-hidden": "true" }, block.caption), tools ? el("label", { class: "filter" }, icon("search"), filter) : null),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": block.caption }, table),
    el("div", { class: "table-foot" }, place, rows.length > size ? el("span", { class: "pages" }, earlier, later) : null));
}

export function plainTable(block, reader) {
  const settings = block.column_settings || [];
  const kind = (at) => [settings[at]?.align ? `to-${settings[at].align}` : "", settings[at]?.is_wrapped ? "wrapped" : ""].join(" ").trim() || null;
  const row = (cells, tag) => el("tr", {}, cells.map((cell, at) => el(tag, { class: kind(at), scope: tag === "th" ? "col" : null }, shown(cell, reader))));
  const [head, ...rows] = block.rows;
  return el("div", { class: "table" }, el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table" }, el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, rows.map((one) => row(one, "td"))))));
}
