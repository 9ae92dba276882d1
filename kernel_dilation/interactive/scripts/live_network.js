/* The live network: draw a digit; a network of every dilation answers, and shows the gradient of a class logit. */

const LiveNetwork = (() => {
  const { element, formatNumber } = Elements;
  const pixels = new Float32Array(PixelImages.SIDE ** 2);
  let networks;
  let digits;
  let data;
  let waiting = false;
  let drawn = false; // by the reader, and not taken from the test set

  /** Decode the networks and draw the digit of the address. */
  async function start(pageData) {
    data = pageData.explorer;
    networks = await Promise.all(pageData.networks.map(Network.unpack));
    digits = await Packed.unit(data.digits);
    document.getElementById("live-answers").replaceChildren(...networks.map(answerCard));
    document.getElementById("live-digits").append(...data.classes.map(digitButton));
    Drawing.follow(document.getElementById("live-canvas"), pixels, () => changed("drawing"));
    document.getElementById("live-clear").addEventListener("click", () => {
      pixels.fill(0);
      changed("drawing");
    });
    document.getElementById("live-class").addEventListener("input", (event) => {
      Address.set("live", { "live.class": event.target.value });
      answer();
    });
    document.getElementById("live-centre").addEventListener("input", () => answer());
    Address.onChange(fromAddress);
    fromAddress();
  }

  function digitButton(label, index) {
    const button = element("button", { type: "button", "aria-label": `take test digit ${label}` }, String(label));
    button.addEventListener("click", () => {
      take(index);
      changed(index);
    });
    return button;
  }

  function take(index) {
    const size = pixels.length;
    pixels.set(digits.subarray(index * size, (index + 1) * size));
  }

  function fromAddress() {
    const drawing = Drawing.fromText(Address.get("live.drawing", ""));
    drawn = drawing !== null;
    document.getElementById("live-class").value = Address.choice("live.class", ["answer", ...Array.from({ length: 10 }, (_, digit) => String(digit))], "answer");
    if (drawing) {
      pixels.set(drawing);
    } else {
      take(Address.choice("live.digit", data.classes.map((_, index) => index), 0));
    }
    answer();
  }

  /** The image has changed: to a drawing, or to a test digit of an index. */
  function changed(what) {
    drawn = what === "drawing";
    if (drawn) {
      pixels.set(pixels.map(Drawing.roundLevel));
    }
    Address.set("live", drawn ? { "live.drawing": Drawing.toText(pixels) } : { "live.digit": what, "live.drawing": "" });
    answer();
  }

  function answerCard(network) {
    const rows = Array.from({ length: 10 }, (_, digit) =>
      element("div", { class: "bar" }, element("span", {}, String(digit)), element("i", {}), element("b", {}, "")));
    return element("article", { class: "card" }, element("h4", {}, `dilation ${network.dilation}`), element("p", { class: "live-answer" }),
      element("canvas", { width: "28", height: "28", class: "pixels" }), element("div", { class: "bars", "aria-hidden": "true" }, ...rows));
  }

  /** Draw the image and all answers in the next frame; several changes within a frame are one. */
  function answer() {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const canvas = document.getElementById("live-canvas");
        PixelImages.drawDigit(canvas, pixels);
        canvas.setAttribute("aria-label", "Drawing field, 28 by 28 pixels; digits can also be taken by the buttons beside it");
        showAnswers(drawn && document.getElementById("live-centre").checked ? Drawing.centre(pixels) : pixels);
      });
    }
  }

  function showAnswers(image) {
    const choice = document.getElementById("live-class").value;
    const results = networks.map((network) => {
      const pass = Network.forward(network, image);
      const predicted = pass.logits.indexOf(Math.max(...pass.logits));
      const target = choice === "answer" ? predicted : Number(choice);
      return { network, predicted, target, logits: pass.logits, gradient: Network.inputGradient(network, pass, target) };
    });
    const scale = PixelImages.largestOf(...results.map(({ gradient }) => gradient));
    const cards = document.getElementById("live-answers").children;
    results.forEach((result, index) => showAnswer(cards[index], result, scale));
    document.getElementById("live-scale").textContent = `−${formatNumber(scale)} to ${formatNumber(scale)}`;
    document.getElementById("live-summary").textContent =
      `${results.map(({ network, predicted }) => `dilation ${network.dilation} answers ${predicted}`).join(", ")}.`;
  }

  function showAnswer(card, { network, predicted, target, logits, gradient }, scale) {
    const probabilities = Network.softmax(logits);
    card.querySelector(".live-answer").textContent = `answers ${predicted} (${Math.round(100 * probabilities[predicted])} %)`;
    const canvas = card.querySelector("canvas");
    PixelImages.drawMap(canvas, gradient, scale);
    PixelImages.describe(canvas, `gradient of the logit of ${target}, dilation ${network.dilation}`);
    const [lowest, highest] = [Math.min(...logits), Math.max(...logits)];
    card.querySelectorAll(".bar").forEach((bar, digit) => {
      const length = highest > lowest ? (logits[digit] - lowest) / (highest - lowest) : 0;
      bar.querySelector("i").style.setProperty("--length", `${(100 * length).toFixed(1)}%`);
      bar.querySelector("b").textContent = formatNumber(logits[digit]);
      bar.classList.toggle("answer-class", digit === predicted);
    });
  }

  return { start };
})();
