/* The margin in the reader's hand: verdicts on accuracy for any margin and significance level. */

const Margin = (() => {
  const { element, formatNumber, formatPValue, readable } = Elements;
  const { equivalenceTest, holm, verdict, twoSidedTest, interval } = Statistics;
  const SLIDERS = ["margin", "alpha", "loss"]; // percentage points of accuracy; significance level; percent of the loss
  let data;
  let loss; // margin of the loss in this run, in percent

  /** Set the sliders to the address or to the values of the run, and show the verdicts. */
  function start(pageData) {
    data = pageData.accuracy;
    loss = 100 * pageData.learning.margin;
    for (const name of SLIDERS) {
      slider(name)?.addEventListener("input", () => {
        share();
        show();
      });
    }
    document.getElementById("margin-reset").addEventListener("click", () => {
      setSliders(data.margin, data.alpha, loss);
      share();
      show();
    });
    Address.onChange(fromAddress);
    fromAddress();
  }

  function slider(name) {
    return document.getElementById(`margin-${name}`);
  }

  function setSliders(...values) {
    SLIDERS.forEach((name, index) => slider(name) && (slider(name).value = values[index]));
  }

  function share() {
    Address.set("margin", Object.fromEntries(SLIDERS.filter(slider).map((name) => [`margin.${name}`, slider(name).value])));
  }

  function fromAddress() {
    setSliders(Address.number("margin.margin", 0, 100, data.margin), Address.number("margin.alpha", 0, 1, data.alpha), Address.number("margin.loss", 0, 100, loss));
    show();
  }

  /** Return what the sliders say: margin of accuracy in points, margin of the loss as a share, significance level. */
  function chosen() {
    return { margin: Number(slider("margin").value), alpha: Number(slider("alpha").value), loss: Number(slider("loss")?.value ?? 0) / 100 };
  }

  /** Return the verdict on each factor: the same rule as in the analysis, with Holm's correction over all factors. */
  function factorVerdicts(factors, margin, alpha) {
    const equivalence = holm(factors.map(({ pairs }) => (pairs.length ? Math.max(...pairs.map((pair) => equivalenceTest(pair, margin))) : 1)));
    return factors.map((factor, index) => ({
      ...factor, equivalence: equivalence[index], verdict: verdict(factor.pValue, equivalence[index], alpha, factor.smallest),
    }));
  }

  /** Return every pair of levels with interval, p-values and verdict; Holm's correction over the pairs of the difference tests. */
  function pairVerdicts(pairs, margin, alpha) {
    const [pValues, equivalence] = [holm(pairs.map(twoSidedTest)), pairs.map((pair) => equivalenceTest(pair, margin))];
    return pairs.map((pair, index) => ({
      ...pair, interval: interval(pair, alpha), pValue: pValues[index], equivalence: equivalence[index],
      verdict: verdict(pValues[index], equivalence[index], alpha),
    }));
  }

  function show() {
    const { margin, alpha, loss: share } = chosen();
    if (slider("loss")) {
      document.getElementById("margin-loss-value").textContent = `${formatNumber(100 * share)} %`;
      Charts.drawFrontier();
    }
    document.getElementById("margin-margin-value").textContent = `${formatNumber(margin)} points`;
    document.getElementById("margin-alpha-value").textContent = formatNumber(alpha);
    const factors = factorVerdicts(data.factors, margin, alpha);
    document.getElementById("margin-factors").replaceChildren(...factors.map((each) => element("tr", {},
      element("th", { scope: "row" }, readable(each.factor)), element("td", {}, formatPValue(each.pValue)), element("td", {}, formatPValue(each.equivalence)), verdictCell(each.verdict))));
    const dilation = data.factors.find(({ factor }) => factor === "dilation");
    const pairs = dilation ? pairVerdicts(dilation.pairs, margin, alpha) : [];
    document.getElementById("margin-pairs").replaceChildren(...pairs.map((pair) => element("tr", {},
      element("th", { scope: "row" }, `${pair.second} minus ${pair.first}`), element("td", {}, formatNumber(pair.mean)),
      element("td", { class: "interval" }, intervalPicture(pair, margin, pairs), `${formatNumber(pair.interval[0])} to ${formatNumber(pair.interval[1])}`),
      element("td", {}, formatPValue(pair.pValue)), element("td", {}, formatPValue(pair.equivalence)), verdictCell(pair.verdict))));
    const main = factors.find(({ factor }) => factor === "dilation");
    document.getElementById("margin-summary").textContent = main
      ? `With a margin of ${formatNumber(margin)} percentage points and the level ${formatNumber(alpha)}, the verdict on dilation is: ${main.verdict}.`
      : "This run has a single dilation or replicate and hence nothing to compare.";
  }

  function verdictCell(word) {
    return element("td", {}, element("span", { class: `verdict ${word}` }, word));
  }

  /** Picture of an interval beside the margin, for the eye alone; the numbers stand beside it. */
  function intervalPicture(pair, margin, pairs) {
    const reach = pairs.reduce((largest, { interval: ends }) => Math.max(largest, ...ends.map(Math.abs).filter(Number.isFinite)), margin) * 1.05;
    const place = (value) => 60 + (58 * value) / reach;
    const name = document.getElementById("margin-frame").namespaceURI;
    const picture = document.createElementNS(name, "svg");
    picture.setAttribute("viewBox", "0 0 120 14");
    picture.setAttribute("aria-hidden", "true");
    const add = (shape, attributes) => {
      const made = document.createElementNS(name, shape);
      Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
      picture.append(made);
    };
    add("rect", { x: place(-margin), y: 0, width: place(margin) - place(-margin), height: 14, class: "zone" });
    add("line", { x1: 60, x2: 60, y1: 0, y2: 14, class: "zero" });
    if (pair.interval.every(Number.isFinite)) {
      add("line", { x1: place(pair.interval[0]), x2: place(pair.interval[1]), y1: 7, y2: 7, class: "whisker" });
    }
    add("circle", { cx: place(pair.mean), cy: 7, r: 3, class: "dot" });
    return picture;
  }

  return { start, chosen, factorVerdicts, pairVerdicts };
})();
