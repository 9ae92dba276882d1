/* Right choices of a dilation and their price, for any margin of the loss; the rules of dilation_selection/choice_shares.py. */

const Frontier = (() => {
  const { estimate, tTail, standardised, betaQuantile } = Statistics;

  /** p-value of the one-sided test that the mean of values (n,) is above 0. */
  function aboveZero(values) {
    const { mean, error, degrees } = estimate(values);
    return tTail(standardised(mean, error), degrees);
  }

  /** Return for each dilation whether losses (rounds, dilations) show it `right` or `wrong`; neither by fewer than two rounds. */
  function judge(losses, margin, alpha) {
    const columns = losses.length ? losses[0].map((_, index) => index) : [];
    return columns.map((column) => {
      const others = columns.filter((other) => other !== column);
      const excesses = others.map((other) => losses.map((row) => row[column] - (1 + margin) * row[other]));
      if (losses.length < 2) {
        return { right: false, wrong: false };
      }
      const right = excesses.every((excess) => aboveZero(excess.map((value) => -value)) <= alpha);
      const wrong = excesses.some((excess) => aboveZero(excess) <= alpha / Math.max(others.length, 1));
      return { right, wrong: wrong && !right };
    });
  }

  /** Ends of Clopper and Pearson's interval for a number of successes that lies between `least` and `most`. */
  function binomialEnds(least, most, count, alpha) {
    return [
      least === 0 ? 0 : betaQuantile(alpha / 2, least, count - least + 1),
      most === count ? 1 : betaQuantile(1 - alpha / 2, most + 1, count - most),
    ];
  }

  /** Return the share of right choices of each method in each world, with its interval and price. */
  function rows({ methods, losses, dilations }, margin, alpha) {
    const judged = new Map(); // by world and run; every method's choices are judged by the same losses
    const judgedBy = (world, run) => {
      const key = `${world} ${run}`;
      if (!judged.has(key)) {
        const others = Object.entries(losses[world]).filter(([other]) => other !== String(run)).flatMap(([, each]) => each);
        judged.set(key, others.length ? judge(others, margin, alpha) : dilations.map(() => ({ right: false, wrong: false })));
      }
      return judged.get(key);
    };
    return methods.map(({ method, world, worldName, verdict, trainings, truth, runs, chosen }) => {
      const tables = chosen.map((choices, index) => choices.map((choice) => truth === null
        ? judgedBy(world, runs[index])[dilations.indexOf(choice)]
        : { right: choice === truth, wrong: choice !== truth }));
      const all = tables.flat();
      const mean = (side) => all.filter((each) => each[side]).length / all.length;
      const [least, most] = [tables.filter((each) => each.every(({ right }) => right)), tables.filter((each) => each.some(({ wrong }) => !wrong))];
      const [lower, upper] = binomialEnds(least.length, most.length, runs.length, alpha);
      return { method, world, worldName, verdict, trainings, runs: runs.length, right_share: (mean("right") + 1 - mean("wrong")) / 2, lower, upper };
    });
  }

  return { rows };
})();
