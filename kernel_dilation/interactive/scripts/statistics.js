/* Tests of paired values: Student's t, two one-sided tests (Schuirmann 1987), Holm's correction (1979) and the verdict. */

const Statistics = (() => {
  const LANCZOS = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
    9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const NO_VARIANCE = 1e-9; // of the largest absolute value, as in kernel_dilation/statistics/verdicts.py

  /** Logarithm of the gamma function of a positive number (Lanczos' approximation, error below 1e-13). */
  function logGamma(value) {
    if (value < 0.5) {
      return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value);
    }
    const shifted = value + 6.5;
    const sum = LANCZOS.reduce((total, factor, index) => total + factor / (value + index), 0.9999999999998099);
    return Math.log(Math.sqrt(2 * Math.PI) * sum) + (value - 0.5) * Math.log(shifted) - shifted;
  }

  /** Continued fraction of the incomplete beta function (Lentz's method). */
  function betaFraction(x, a, b) {
    const guard = (value) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
    let c = 1;
    let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
    let fraction = d;
    for (let m = 1; m <= 300; m += 1) {
      for (const term of [
        (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
        (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
      ]) {
        d = 1 / guard(1 + term * d);
        c = guard(1 + term / c);
        fraction *= d * c;
      }
      if (Math.abs(d * c - 1) < 1e-15) {
        break;
      }
    }
    return fraction;
  }

  /** Regularised incomplete beta function I_x(a, b); `y` is 1 - x, given apart so that it keeps its digits near 0. */
  function incompleteBeta(x, y, a, b) {
    if (x <= 0 || y <= 0) {
      return x <= 0 ? 0 : 1;
    }
    const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
    return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(y, b, a)) / b;
  }

  /** Probability that Student's t with `degrees` degrees of freedom exceeds `value`. */
  function tTail(value, degrees) {
    if (!Number.isFinite(value)) {
      return value > 0 ? 0 : 1;
    }
    const square = value * value;
    const half = incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5) / 2;
    return value > 0 ? half : 1 - half;
  }

  /** Value that Student's t exceeds with probability `tail`, for a tail below 1/2 (bisection). */
  function tQuantile(tail, degrees) {
    let [low, high] = [0, 1];
    while (tTail(high, degrees) > tail) {
      high *= 2;
    }
    for (let step = 0; step < 100; step += 1) {
      const middle = (low + high) / 2;
      [low, high] = tTail(middle, degrees) > tail ? [middle, high] : [low, middle];
    }
    return (low + high) / 2;
  }

  /** Mean and its standard error of values (n,), n at least 2. */
  function meanAndError(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return [mean, Math.sqrt(squares / (values.length - 1) / values.length)];
  }

  /** p-value of the one-sided t test whose alternative is a mean above 0; without variance 0 if above, else 1. */
  function oneSided(values) {
    const [mean, error] = meanAndError(values);
    const scale = Math.max(...values.map(Math.abs));
    if (error > NO_VARIANCE * scale) {
      return tTail(mean / error, values.length - 1);
    }
    return mean > NO_VARIANCE * scale ? 0 : 1;
  }

  /** Two-sided p-value of the paired t test of differences (n,); 1 for fewer than two. */
  function pairedTest(differences) {
    if (differences.length < 2) {
      return 1;
    }
    return Math.min(1, 2 * Math.min(oneSided(differences), oneSided(differences.map((value) => -value))));
  }

  /** p-value of "differs by the margin or more": the larger of two one-sided tests; 1 for fewer than two differences. */
  function equivalenceTest(differences, margin) {
    if (differences.length < 2) {
      return 1;
    }
    return Math.max(oneSided(differences.map((value) => value + margin)), oneSided(differences.map((value) => margin - value)));
  }

  /** Interval of the mean of values (n,), n at least 2, that covers it with probability 1 - alpha. */
  function interval(values, alpha) {
    const [mean, error] = meanAndError(values);
    const half = tQuantile(alpha / 2, values.length - 1) * error;
    return [mean - half, mean + half];
  }

  /** p-values of one family corrected by Holm, in the same order. */
  function holm(pValues) {
    const order = pValues.map((_, index) => index).sort((first, second) => pValues[first] - pValues[second]);
    const corrected = new Array(pValues.length);
    let largest = 0;
    order.forEach((index, rank) => {
      largest = Math.max(largest, pValues[index] * (pValues.length - rank));
      corrected[index] = Math.min(1, largest);
    });
    return corrected;
  }

  /** Verdict from a test for a difference and a test of equivalence. */
  function verdict(pValue, equivalence, alpha) {
    if (pValue <= alpha) {
      return equivalence <= alpha ? "negligible" : "difference";
    }
    return equivalence <= alpha ? "equivalent" : "inconclusive";
  }

  /** Differences of every pair of columns of a table (blocks, levels), second minus first: [first, second, differences]. */
  function pairDifferences(table) {
    const levels = table[0].length;
    const pairs = [];
    for (let first = 0; first < levels; first += 1) {
      for (let second = first + 1; second < levels; second += 1) {
        pairs.push([first, second, table.map((row) => row[second] - row[first])]);
      }
    }
    return pairs;
  }

  return { tTail, tQuantile, meanAndError, pairedTest, equivalenceTest, interval, holm, verdict, pairDifferences };
})();
