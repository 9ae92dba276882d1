/* Reads the data of the page: one JSON text, whose arrays are grey PNG images (see packed_arrays.py). */

const Packed = (() => {
  const decoded = new Map(); // values by data URI; every array is decoded once

  /** Return the JSON data of the page. */
  function pageData() {
    return JSON.parse(document.getElementById("page-data").textContent);
  }

  /** Return the bytes of a grey PNG image, row by row, as a Uint8Array. */
  async function bytes(uri) {
    const image = new Image();
    image.src = uri;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    return Uint8Array.from({ length: pixels.length / 4 }, (_, index) => pixels[4 * index]);
  }

  /** Decode signed values whose scales belong to leading parts: maps (..., 28, 28) with a scale for each map. */
  function signedByPart(packed) {
    return decodeOnce(packed, (levels) => {
      const size = levels.length / packed.scales.length;
      return Float32Array.from(levels, (level, index) => (level - 128) * packed.scales[Math.floor(index / size)]);
    });
  }

  /** Decode signed values whose scales belong to the last axis: kernels (..., out) with a scale for each output. */
  function signedByOutput(packed) {
    return decodeOnce(packed, (levels) => Float32Array.from(levels, (level, index) => (level - 128) * packed.scales[index % packed.scales.length]));
  }

  /** Decode values in [0, 1]. */
  function unit(packed) {
    return decodeOnce(packed, (levels) => Float32Array.from(levels, (level) => level / 255));
  }

  function decodeOnce(packed, values) {
    if (!decoded.has(packed.png)) {
      decoded.set(packed.png, bytes(packed.png).then(values));
    }
    return decoded.get(packed.png);
  }

  return { pageData, signedByPart, signedByOutput, unit };
})();
