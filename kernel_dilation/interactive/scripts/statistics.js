/* Tests of estimates {mean, error, degrees}: Student's t, two one-sided tests (Schuirmann 1987), Holm's correction (1979), the verdict. */

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

  /** Quantile of the beta distribution: the x at which I_x(a, b) is `probability` (bisection). */
  function betaQuantile(probability, a, b) {
    let [low, high] = [0, 1];
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      [low, high] = incompleteBeta(middle, 1 - middle, a, b) < probability ? [middle, high] : [low, middle];
    }
    return (low + high) / 2;
  }

  /** Mean of values (n,), n at least 2, with its standard error and degrees of freedom; an error of mere rounding is 0. */
  function estimate(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const error = Math.sqrt(squares / (values.length - 1) / values.length);
    const scale = NO_VARIANCE * Math.max(...values.map(Math.abs));
    return { mean: Math.abs(mean) > scale ? mean : 0, error: error > scale ? error : 0, degrees: values.length - 1 };
  }

  /** Distance in standard errors; infinite where these are 0 and the distance is not. */
  function standardised(distance, error) {
    return error > 0 ? distance / error : Math.sign(distance) * Infinity || 0;
  }

  /** Two-sided p-value of "the true mean is 0". */
  function twoSidedTest({ mean, error, degrees }) {
    return 2 * tTail(Math.abs(standardised(mean, error)), degrees);
  }

  /** p-value of "the true mean is the margin or more away from 0": the larger of two one-sided tests. */
  function equivalenceTest({ mean, error, degrees }, margin) {
    return Math.max(tTail(standardised(mean + margin, error), degrees), tTail(standardised(margin - mean, error), degrees));
  }

  /** Interval that covers the true mean with probability 1 - alpha. */
  function interval({ mean, error, degrees }, alpha) {
    const half = tQuantile(alpha / 2, degrees) * error;
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

  /** Verdict from a test for a difference, whose smallest possible p-value is `smallest`, and a test of equivalence. */
  function verdict(pValue, equivalence, alpha, smallest = 0) {
    if (pValue <= alpha) {
      return equivalence <= alpha ? "negligible" : "difference";
    }
    if (equivalence <= alpha) {
      return "equivalent";
    }
    return smallest > alpha ? "untestable" : "inconclusive";
  }

  return { tTail, tQuantile, betaQuantile, estimate, standardised, twoSidedTest, equivalenceTest, interval, holm, verdict };
})();
