/* A field of 28 × 28 pixels to draw on with a mouse, a pen or a finger. */

const Drawing = (() => {
  const SIDE = PixelImages.SIDE;
  const BRUSH = 1.5; // radius in pixels
  const LEVELS = "0123456789abcdef";

  /** Follow the pointer on a canvas; `changed` is called with the pixels (784,) in [0, 1] after every stroke. */
  function follow(canvas, pixels, changed) {
    let last = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * SIDE - 0.5, ((event.clientY - box.top) / box.height) * SIDE - 0.5];
    };
    const move = (event) => {
      if (last) {
        const next = place(event);
        stroke(pixels, last, next);
        last = next;
        changed();
      }
    };
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      last = place(event);
      move(event);
    });
    canvas.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => (last = null));
    }
  }

  /** Draw a line with a soft brush. */
  function stroke(pixels, [fromX, fromY], [toX, toY]) {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) * 2));
    for (let step = 0; step <= steps; step += 1) {
      const [x, y] = [fromX + ((toX - fromX) * step) / steps, fromY + ((toY - fromY) * step) / steps];
      pixels.forEach((value, index) => {
        const distance = Math.hypot((index % SIDE) - x, Math.floor(index / SIDE) - y);
        pixels[index] = Math.max(value, Math.min(1, BRUSH + 0.5 - distance));
      });
    }
  }

  /** Shift an image by whole pixels so that its centre of mass lies in the middle, as the digits of MNIST do. */
  function centre(pixels) {
    const total = pixels.reduce((sum, value) => sum + value, 0);
    if (total === 0) {
      return pixels;
    }
    const mean = (coordinate) => pixels.reduce((sum, value, index) => sum + value * coordinate(index), 0) / total;
    const right = Math.round((SIDE - 1) / 2 - mean((index) => index % SIDE));
    const down = Math.round((SIDE - 1) / 2 - mean((index) => Math.floor(index / SIDE)));
    return pixels.map((_, index) => {
      const [row, column] = [Math.floor(index / SIDE) - down, (index % SIDE) - right];
      return row >= 0 && row < SIDE && column >= 0 && column < SIDE ? pixels[row * SIDE + column] : 0;
    });
  }

  /** Round a pixel to one of the 16 levels of the address, so that a link shows exactly what was drawn. */
  function roundLevel(value) {
    return Math.round(value * 15) / 15;
  }

  /** Return an image as text for the address: 16 levels, runs of equal pixels shortened (level and length). */
  function toText(pixels) {
    const levels = Array.from(pixels, (value) => LEVELS[Math.round(value * 15)]).join("");
    return levels.replace(/(.)\1{2,}/g, (run, level) => `${level}*${run.length}.`);
  }

  /** Return the image of a text of `toText`, or null if it is none. */
  function fromText(text) {
    const levels = text.replace(/([0-9a-f])\*(\d{1,3})\./g, (_, level, count) => level.repeat(Number(count)));
    return new RegExp(`^[0-9a-f]{${SIDE ** 2}}$`).test(levels) ? Float32Array.from(levels, (level) => LEVELS.indexOf(level) / 15) : null;
  }

  return { follow, centre, roundLevel, toText, fromText };
})();
