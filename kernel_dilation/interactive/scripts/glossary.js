/* Explains the terms of the glossary where they occur: on hover, on focus and on touch. */

const Glossary = (() => {
  const { element } = Elements;
  const READ = "main p, main figcaption, main td, main th, main summary";
  const SKIPPED = "a, button, code, dfn, dl, .term, .verdict, .controls, .card, [aria-live], [data-live]";
  let tip;

  /** Mark the first occurrence of each term in every section. */
  function start() {
    const terms = [...document.querySelectorAll("#glossary dt")].map((term) => ({
      text: term.textContent.trim(), whole: term.hasAttribute("data-whole"), meaning: term.nextElementSibling,
    })); // `whole`: the name of a metric, which may be an ordinary word elsewhere, is explained only where it stands alone
    if (!terms.length) {
      return;
    }
    terms.forEach(({ meaning }, index) => (meaning.id = `meaning-${index}`));
    const longestFirst = [...terms].sort((first, second) => second.text.length - first.text.length);
    const pattern = new RegExp(`(?<![\\w-])(${longestFirst.map(({ text }) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(s?)(?![\\w-])`, "i");
    const byText = new Map(terms.map((term) => [term.text.toLowerCase(), term]));
    const seen = new Map();
    document.querySelectorAll(READ).forEach((block) => {
      const section = block.closest("section") ?? document.body;
      if (!seen.has(section)) {
        seen.set(section, new Set());
      }
      mark(block, pattern, byText, seen.get(section));
    });
    tip = element("div", { id: "tip", role: "tooltip" });
    tip.hidden = true;
    document.body.append(tip);
    for (const event of ["mouseover", "focusin"]) {
      document.addEventListener(event, ({ target }) => target.closest?.(".term") ? show(target.closest(".term")) : hide());
    }
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  }

  function mark(block, pattern, byText, seen) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      if (!walker.currentNode.parentElement.closest(SKIPPED)) {
        texts.push(walker.currentNode);
      }
    }
    texts.forEach((text) => {
      const match = pattern.exec(text.data);
      const term = match && byText.get(match[1].toLowerCase());
      if (term && !seen.has(term) && (!term.whole || text.data.trim() === match[0])) {
        seen.add(term);
        const rest = text.splitText(match.index);
        rest.splitText(match[0].length);
        const marked = element("span", { class: "term", tabindex: "0", "aria-describedby": term.meaning.id });
        rest.replaceWith(marked);
        marked.append(rest);
      }
    });
  }

  function show(term) {
    tip.textContent = document.getElementById(term.getAttribute("aria-describedby")).textContent;
    tip.hidden = false;
    const box = term.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8));
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${box.bottom + scrollY + 6}px`;
  }

  function hide() {
    if (tip) {
      tip.hidden = true;
    }
  }

  return { start };
})();
