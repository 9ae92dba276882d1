/* The blind quiz: class models of unknown dilation; which digit is it? */

const Quiz = (() => {
  const { element, saveFile, toCsv } = Elements;
  const QUESTIONS = 20;
  let data;
  let recognition;
  let panel;
  let questions;
  let answers;
  let seed;
  let drawn = 0; // counts the pictures, so that only the latest is shown

  /** Prepare the quiz with the seed of the address. */
  function start(pageData) {
    data = pageData.explorer;
    recognition = pageData.recognition;
    panel = data.panels[0];
    document.getElementById("quiz-choices").append(...Array.from({ length: 10 }, (_, digit) => {
      const button = element("button", { type: "button", "aria-label": `it is ${digit}` }, String(digit));
      button.addEventListener("click", () => answer(digit));
      return button;
    }));
    document.getElementById("quiz").addEventListener("keydown", (event) => {
      if (/^[0-9]$/.test(event.key) && !event.target.matches("input") && !event.ctrlKey && !event.altKey && !event.metaKey) {
        answer(Number(event.key));
      }
    });
    document.getElementById("quiz-again").addEventListener("click", () => {
      Address.set("quiz", { "quiz.seed": seed + 1 });
      begin();
    });
    document.getElementById("quiz-save").addEventListener("click", () => saveFile(`quiz-${seed}.csv`, csv()));
    Address.onChange(() => seed !== seedOfAddress() && begin());
    return begin();
  }

  function seedOfAddress() {
    return Math.floor(Address.number("quiz.seed", 0, 2 ** 31, 1));
  }

  /** Random numbers in [0, 1) from a seed (mulberry32). */
  function randomNumbers(start) {
    let state = start >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  function shuffle(items, random) {
    for (let index = items.length - 1; index > 0; index -= 1) {
      const other = Math.floor(random() * (index + 1));
      [items[index], items[other]] = [items[other], items[index]];
    }
    return items;
  }

  /** Return the questions of a seed: as equally many of each dilation as possible, each class model at most once. */
  function drawQuestions(start) {
    const random = randomNumbers(start);
    const decks = shuffle(panel.dilations.map((_, dilation) => {
      const models = Array.from({ length: 10 * data.replicates }, (_, index) => ({ dilation, digit: index % 10, replicate: Math.floor(index / 10) }));
      return shuffle(models, random);
    }), random);
    const rounds = Array.from({ length: decks[0].length }, (_, index) => decks.map((deck) => deck[index]));
    return shuffle(rounds.flat().slice(0, QUESTIONS), random);
  }

  function begin() {
    seed = seedOfAddress();
    [questions, answers] = [drawQuestions(seed), []];
    document.getElementById("quiz-result").hidden = true;
    document.getElementById("quiz-question").hidden = false;
    return ask();
  }

  async function ask() {
    const question = questions[answers.length];
    const order = (drawn += 1);
    document.getElementById("quiz-progress").textContent = `Question ${answers.length + 1} of ${questions.length}. Which digit is this a class model of?`;
    const models = await Packed.signedByPart(data.classModels[panel.name][question.replicate]);
    if (order === drawn) {
      const size = PixelImages.SIDE ** 2;
      const model = models.subarray((question.dilation * 10 + question.digit) * size, (question.dilation * 10 + question.digit + 1) * size);
      const canvas = document.getElementById("quiz-canvas");
      PixelImages.drawMap(canvas, model, PixelImages.largestOf(model));
      canvas.setAttribute("aria-label", "Class model of an unknown digit; the quiz needs sight");
    }
  }

  function answer(digit) {
    if (answers.length < questions.length) {
      answers.push(digit);
      if (answers.length < questions.length) {
        ask();
      } else {
        showResult();
      }
    }
  }

  function showResult() {
    document.getElementById("quiz-question").hidden = true;
    const result = document.getElementById("quiz-result");
    result.hidden = false;
    const right = questions.filter(({ digit }, index) => digit === answers[index]).length;
    document.getElementById("quiz-score").textContent = `You named ${right} of ${questions.length} digits.`;
    document.getElementById("quiz-scores").replaceChildren(...panel.dilations.map((dilation, place) => {
      const asked = questions.map((question, index) => ({ ...question, answer: answers[index] })).filter((question) => question.dilation === place);
      const networks = recognition.find(({ arm }) => arm === `${dilation}-${panel.name}`) ?? {};
      const percent = (share) => (share === undefined ? "–" : `${Math.round(100 * share)} %`);
      return element("tr", {}, element("th", { scope: "row" }, String(dilation)),
        element("td", {}, `${asked.filter((question) => question.digit === question.answer).length} of ${asked.length}`),
        element("td", {}, percent(networks.others)), element("td", {}, percent(networks.own)));
    }));
    result.focus();
  }

  /** Return the answers as CSV, one row for each question. */
  function csv() {
    const rows = questions.map(({ dilation, digit, replicate }, index) =>
      [seed, index + 1, `${panel.dilations[dilation]}-${panel.name}`, panel.dilations[dilation], replicate, digit, answers[index], Number(digit === answers[index])]);
    return toCsv([["seed", "question", "arm", "dilation", "replicate", "digit", "answer", "correct"], ...rows]);
  }

  return { start };
})();
