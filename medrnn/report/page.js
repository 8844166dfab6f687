const table = document.getElementById("images");
const rows = [...table.tBodies[0].rows];
const show = document.getElementById("show");
const search = document.getElementById("search");
const count = document.getElementById("count");

function isMeant(row) {
  const words = search.value.trim().toLowerCase();
  const kinds = (row.dataset.kinds || "").split(" ");
  if (show.value !== "all" && !kinds.includes(show.value)) return false;
  if (/^\d+$/.test(words)) return row.dataset.number === String(Number(words));
  return row.textContent.toLowerCase().includes(words);
}

function draw() {
  let shown = 0;
  for (const row of rows) {
    row.hidden = !isMeant(row);
    shown += row.hidden ? 0 : 1;
  }
  count.textContent = `${shown} of ${rows.length} images`;
}

function valueOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
}

function sortBy(column, header) {
  const isFalling = header.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", isFalling ? "descending" : "ascending");
  const sign = isFalling ? -1 : 1;
  const sorted = [...rows].sort((a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    return sign * (typeof x === "number" ? x - y : x.localeCompare(y));
  });
  table.tBodies[0].append(...sorted);
}

[...table.tHead.rows[0].cells].forEach((header, column) => {
  header.querySelector("button")?.addEventListener("click", () => sortBy(column, header));
});
show.addEventListener("change", draw);
search.addEventListener("input", draw);
draw();
for (const chart of document.querySelectorAll(".js-plotly-plot")) Plotly.Plots.resize(chart); // the grid has its columns now
