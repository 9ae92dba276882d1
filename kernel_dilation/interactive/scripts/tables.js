/* Tables of the page: sort by a click on a heading, filter by a word, save as CSV. */

const Tables = (() => {
  const { element, saveFile, toCsv } = Elements;
  const FEWEST_ROWS = 4; // a smaller table has nothing to sort or filter

  /** Equip every table that was on the page from the beginning. */
  function start() {
    document.querySelectorAll("main table:not(.plain)").forEach((table) => {
      if (table.tHead && table.tBodies[0]?.rows.length >= FEWEST_ROWS) {
        equip(table);
      }
    });
  }

  function equip(table) {
    const title = titleOf(table);
    const filter = element("input", { type: "search", placeholder: "filter rows", "aria-label": `filter the rows of ${title}` });
    const save = element("button", { type: "button" }, "save as CSV");
    const count = element("span", { class: "note", role: "status" });
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = filter.value ? `${shown} of ${table.tBodies[0].rows.length} rows` : "";
    });
    save.addEventListener("click", () => saveFile(`${fileName(title)}.csv`, toCsv(visibleRows(table))));
    (table.closest(".scroll") ?? table).before(element("div", { class: "table-tools" }, filter, save, count));
    [...table.tHead.rows[0].cells].forEach((heading, column) => makeSortable(table, heading, column));
  }

  function titleOf(table) {
    const details = table.closest("details")?.querySelector("summary");
    return (table.caption ?? details ?? table.closest("section")?.querySelector("h2"))?.textContent.trim() ?? "table";
  }

  function fileName(title) {
    return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  }

  function visibleRows(table) {
    const rows = [table.tHead.rows[0], ...table.tBodies[0].rows].filter((row) => !row.hidden);
    return rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim().replaceAll("−", "-")));
  }

  function makeSortable(table, heading, column) {
    const button = element("button", { type: "button", class: "sort", title: "sort by this column" }, ...heading.childNodes);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") !== "ascending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const key = (row) => sortKey(row.cells[column]?.textContent ?? "");
      const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
      rows.sort(([first], [second]) => compare(first, second) * (ascending || first === "" || second === "" ? 1 : -1));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  }

  /** Return a number for texts such as `96.1 %`, `−0.3` and `< 0.001`, and the text itself for others. */
  function sortKey(text) {
    const plain = text.trim().replaceAll("−", "-").replaceAll(",", "");
    const match = /^(<|>)?\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*%?$/i.exec(plain);
    if (!match) {
      return plain.toLowerCase();
    }
    return Number(match[2]) + (match[1] === "<" ? -1e-9 : match[1] === ">" ? 1e-9 : 0);
  }

  /** Numbers before words, empty cells last. */
  function compare(first, second) {
    if (first === "" || second === "") {
      return (first === "") - (second === "");
    }
    if (typeof first !== typeof second) {
      return typeof first === "number" ? -1 : 1;
    }
    return typeof first === "number" ? first - second : first.localeCompare(second);
  }

  return { start, sortKey, compare };
})();
