/* Small helpers to build and fill elements of the page. */

const Elements = (() => {
  /** Create an element with attributes and children; texts become text nodes, so that nothing is parsed as HTML. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  /** Fill a select element with [value, text] pairs. */
  function fillChoices(select, choices) {
    select.replaceChildren(...choices.map(([value, text]) => element("option", { value }, text)));
  }

  /** Return a number in at most `digits` significant digits, with a true minus sign. */
  function formatNumber(value, digits = 3) {
    if (!Number.isFinite(value)) {
      return "–";
    }
    const text = value === 0 ? "0" : Math.abs(value) >= 0.001 ? String(Number(value.toPrecision(digits))) : value.toExponential(1);
    return text.replace("-", "−");
  }

  /** Return a p-value as the tables of the page print it. */
  function formatPValue(value) {
    return value < 0.001 ? "< 0.001" : value.toFixed(3);
  }

  /** Offer a text as a file; the browser saves it, and nothing is sent. */
  function saveFile(name, text) {
    const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" })) });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /** Return rows of texts as CSV (RFC 4180). */
  function toCsv(rows) {
    const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    return rows.map((row) => row.map((value) => cell(String(value))).join(",")).join("\r\n") + "\r\n";
  }

  /** Return names such as `smoothgrad` or `grad_cam` without underscores. */
  function readable(name) {
    return name.replaceAll("_", " ");
  }

  return { element, fillChoices, formatNumber, formatPValue, saveFile, toCsv, readable };
})();
