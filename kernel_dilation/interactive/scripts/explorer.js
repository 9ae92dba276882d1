/* The explorer: one digit, one method, two dilations side by side on one colour scale. */

const Explorer = (() => {
  const { element, fillChoices, formatNumber, readable } = Elements;
  const ids = ["digit", "method", "panel", "replicate", "first", "second"];
  let data;
  let view;
  let controls;

  /** Find the parts of the tool, fill its choices and draw the view of the address. */
  function start(pageData) {
    data = pageData.explorer;
    controls = Object.fromEntries(ids.map((id) => [id, document.getElementById(`explorer-${id}`)]));
    fillChoices(controls.digit, data.classes.map((label, index) => [index, `${label} (test image ${data.indices[index]})`]));
    fillChoices(controls.method, data.methods.map((method) => [method, readable(method)]));
    fillChoices(controls.panel, data.panels.map(({ name, kernelSize, pooling }) => [name, `kernel size ${kernelSize}, ${pooling} pooling`]));
    for (const id of ids) {
      controls[id].addEventListener("input", () => change({ [id]: Number.isNaN(Number(controls[id].value)) ? controls[id].value : Number(controls[id].value) }));
    }
    document.getElementById("explorer-stage").addEventListener("keydown", followKey);
    Address.onChange(() => show(fromAddress()));
    return show(fromAddress());
  }

  /** Return the view that the address names; dilations are places in the panel's list. */
  function fromAddress() {
    const panel = Address.choice("explorer.panel", data.panels.map(({ name }) => name), data.panels[0].name);
    const { dilations } = data.panels.find(({ name }) => name === panel);
    const range = (count) => Array.from({ length: count }, (_, index) => index);
    const method = Address.choice("explorer.method", data.methods, data.methods[0]);
    return {
      panel,
      method,
      digit: Address.choice("explorer.digit", range(data.classes.length), 0),
      replicate: Address.choice("explorer.replicate", range(data.maps[method][panel].length), 0),
      first: dilations.indexOf(Address.choice("explorer.first", dilations, dilations[0])),
      second: dilations.indexOf(Address.choice("explorer.second", dilations, dilations[dilations.length - 1])),
    };
  }

  /** Change parts of the view, write it to the address and draw it. */
  function change(parts) {
    const next = { ...view, ...parts };
    const { dilations } = data.panels.find(({ name }) => name === next.panel);
    next.first = Math.min(next.first, dilations.length - 1);
    next.second = Math.min(next.second, dilations.length - 1);
    next.replicate = Math.min(next.replicate, data.maps[next.method][next.panel].length - 1);
    const { panel, digit, method, replicate } = next;
    const state = { panel, digit, method, replicate, first: dilations[next.first], second: dilations[next.second] };
    Address.set("explorer", Object.fromEntries(Object.entries(state).map(([name, value]) => [`explorer.${name}`, value])));
    return show(next);
  }

  /** Choose two dilations from elsewhere on the page, such as a brush in a chart. */
  function chooseDilations(first, second) {
    const { dilations } = data.panels.find(({ name }) => name === view.panel);
    return change({ first: dilations.indexOf(first), second: dilations.indexOf(second) });
  }

  function followKey(event) {
    const { dilations } = data.panels.find(({ name }) => name === view.panel);
    const turn = (value, step, count) => (value + step + count) % count;
    const moves = {
      ArrowRight: () => ({ second: turn(view.second, 1, dilations.length) }),
      ArrowLeft: () => ({ second: turn(view.second, -1, dilations.length) }),
      ArrowDown: () => ({ digit: turn(view.digit, 1, data.classes.length) }),
      ArrowUp: () => ({ digit: turn(view.digit, -1, data.classes.length) }),
    };
    if (moves[event.key]) {
      event.preventDefault();
      change(moves[event.key]());
    }
  }

  /** Draw a view. */
  async function show(next) {
    view = next;
    const panel = data.panels.find(({ name }) => name === view.panel);
    fillChoices(controls.replicate, data.maps[view.method][view.panel].map((_, index) => [index, index])); // some methods have more replicates
    ids.forEach((id) => (controls[id].value = view[id]));
    for (const id of ["first", "second"]) {
      controls[id].max = panel.dilations.length - 1;
      controls[id].value = view[id];
      controls[id].setAttribute("aria-valuetext", `dilation ${panel.dilations[view[id]]}`);
      document.getElementById(`explorer-${id}-value`).textContent = panel.dilations[view[id]];
    }
    const [digits, maps, models] = await Promise.all([
      Packed.unit(data.digits),
      Packed.signedByPart(data.maps[view.method][view.panel][view.replicate]),
      Packed.signedByPart(data.classModels[view.panel][view.replicate]),
    ]);
    if (view === next) {
      drawImages(panel, digits, maps, models);
      drawLogits(panel);
    }
  }

  function drawImages(panel, digits, maps, models) {
    const size = PixelImages.SIDE ** 2;
    const part = (values, index) => values.subarray(index * size, (index + 1) * size);
    const label = data.classes[view.digit];
    const chosen = [view.first, view.second];
    const both = chosen.map((dilation) => part(maps, dilation * data.classes.length + view.digit));
    const difference = both[1].map((value, index) => value - both[0][index]);
    const classModels = chosen.map((dilation) => part(models, dilation * 10 + label));
    const [scale, modelScale] = [PixelImages.largestOf(...both, difference), PixelImages.largestOf(...classModels)];
    const names = chosen.map((index) => `dilation ${panel.dilations[index]}`);
    const put = (id, text, draw) => {
      const canvas = document.getElementById(`explorer-image-${id}`);
      draw(canvas);
      PixelImages.describe(canvas, text);
      canvas.nextElementSibling.textContent = text;
    };
    put("digit", `test digit ${label}`, (canvas) => PixelImages.drawDigit(canvas, part(digits, view.digit)));
    put("first", `${readable(view.method)}, ${names[0]}`, (canvas) => PixelImages.drawMap(canvas, both[0], scale));
    put("second", `${readable(view.method)}, ${names[1]}`, (canvas) => PixelImages.drawMap(canvas, both[1], scale));
    put("difference", `${names[1]} minus ${names[0]}`, (canvas) => PixelImages.drawMap(canvas, difference, scale));
    put("model-first", `class model of ${label}, ${names[0]}`, (canvas) => PixelImages.drawMap(canvas, classModels[0], modelScale));
    put("model-second", `class model of ${label}, ${names[1]}`, (canvas) => PixelImages.drawMap(canvas, classModels[1], modelScale));
    document.getElementById("explorer-scale").textContent = `−${formatNumber(scale)} to ${formatNumber(scale)}`;
    document.getElementById("explorer-model-scale").textContent = `−${formatNumber(modelScale)} to ${formatNumber(modelScale)}`;
  }

  function drawLogits(panel) {
    const label = data.classes[view.digit];
    const logits = [view.first, view.second].map((index) => data.logits[`${panel.dilations[index]}-${view.panel}`][view.replicate][view.digit]);
    const answers = logits.map((values) => values.indexOf(Math.max(...values)));
    document.getElementById("explorer-logits").replaceChildren(
      ...Array.from({ length: 10 }, (_, digit) =>
        element("tr", digit === label ? { class: "true-class" } : {}, element("th", { scope: "row" }, String(digit)), ...logits.map((values, index) =>
          element("td", answers[index] === digit ? { class: "answer-class" } : {}, formatNumber(values[digit])))),
      ),
    );
    document.querySelectorAll("[data-explorer-dilation]").forEach((cell) => {
      cell.textContent = `dilation ${panel.dilations[view[cell.dataset.explorerDilation]]}`;
    });
    document.getElementById("explorer-summary").textContent =
      `Digit ${label}, ${readable(view.method)}, ${panel.kernelSize} × ${panel.kernelSize} taps, ${panel.pooling} pooling, replicate ${view.replicate}: ` +
      `dilation ${panel.dilations[view.first]} answers ${answers[0]}, dilation ${panel.dilations[view.second]} answers ${answers[1]}.`;
  }

  return { start, chooseDilations };
})();
