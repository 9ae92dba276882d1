/* Draws images of 28 × 28 pixels: digits in grey, signed maps from blue (negative) over white to red (positive). */

const PixelImages = (() => {
  const SIDE = 28;
  const NEGATIVE = [5, 48, 97];
  const LIGHT_NEGATIVE = [146, 197, 222];
  const LIGHT_POSITIVE = [244, 165, 130];
  const POSITIVE = [103, 0, 31];
  const STOPS = [NEGATIVE, LIGHT_NEGATIVE, [247, 247, 247], LIGHT_POSITIVE, POSITIVE];

  /** Return the colour [r, g, b] of a value in [-1, 1]. */
  function divergingColour(value) {
    const place = (Math.max(-1, Math.min(1, value)) + 1) * 2;
    const stop = Math.min(3, Math.floor(place));
    return STOPS[stop].map((channel, index) => channel + (place - stop) * (STOPS[stop + 1][index] - channel));
  }

  /** Draw values (784,) on a canvas, each value by a function to [r, g, b]. */
  function paint(canvas, values, colour) {
    canvas.width = SIDE;
    canvas.height = SIDE;
    const context = canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    values.forEach((value, index) => image.data.set([...colour(value), 255], 4 * index));
    context.putImageData(image, 0, 0);
  }

  /** Draw a digit, 0 (black) to 1 (white). */
  function drawDigit(canvas, values) {
    paint(canvas, values, (value) => [255 * value, 255 * value, 255 * value]);
  }

  /** Draw a signed map; `largest` is the value of the darkest colours. */
  function drawMap(canvas, values, largest) {
    paint(canvas, values, (value) => divergingColour(largest > 0 ? value / largest : 0));
  }

  /** Return the largest absolute value of several maps. */
  function largestOf(...maps) {
    return maps.reduce((largest, map) => map.reduce((sofar, value) => Math.max(sofar, Math.abs(value)), largest), 0);
  }

  /** Describe a canvas for those who do not see it. */
  function describe(canvas, text) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", text);
    canvas.title = text;
  }

  return { SIDE, drawDigit, drawMap, largestOf, describe };
})();
