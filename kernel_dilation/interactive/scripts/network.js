/* The network of kernel_dilation/model/network.py, forward and backward, for one image of 28 × 28 pixels.
   Feature maps are Float32Arrays in the order (row, column, channel). */

const Network = (() => {
  const POOL = 2; // side and stride of the pooling windows

  /** Decode the packed weights of a network. */
  async function unpack(packed) {
    const layers = await Promise.all(
      packed.layers.map(async ({ kernel, bias }) => ({ kernel: await Packed.signedByOutput(kernel), shape: kernel.shape, bias })),
    );
    return { ...packed, layers };
  }

  /** Geometry of a dilated convolution of feature maps `side` wide. */
  function convolutionGeometry(layer, side, dilation, padding) {
    const [size, , inputs, outputs] = layer.shape;
    const reach = (size - 1) * dilation;
    const same = padding === "same";
    return { size, inputs, outputs, dilation, side, left: same ? Math.floor(reach / 2) : 0, outSide: same ? side : side - reach };
  }

  /** Call visit(output place, input place, tap) for every place of the output and tap of the kernel that meets the input. */
  function visitTaps({ size, dilation, side, left, outSide }, visit) {
    for (let row = 0; row < outSide; row += 1) {
      for (let column = 0; column < outSide; column += 1) {
        for (let tapRow = 0; tapRow < size; tapRow += 1) {
          const inRow = row + tapRow * dilation - left;
          for (let tapColumn = 0; tapColumn < size; tapColumn += 1) {
            const inColumn = column + tapColumn * dilation - left;
            if (inRow >= 0 && inRow < side && inColumn >= 0 && inColumn < side) {
              visit(row * outSide + column, inRow * side + inColumn, tapRow * size + tapColumn);
            }
          }
        }
      }
    }
  }

  /** Convolve feature maps (side, side, inputs) to (outSide, outSide, outputs). */
  function convolve(features, layer, geometry) {
    const { inputs, outputs, outSide } = geometry;
    const result = new Float32Array(outSide * outSide * outputs);
    for (let index = 0; index < result.length; index += 1) {
      result[index] = layer.bias[index % outputs];
    }
    visitTaps(geometry, (out, place, tap) => {
      for (let input = 0; input < inputs; input += 1) {
        const value = features[place * inputs + input];
        if (value !== 0) {
          const start = (tap * inputs + input) * outputs;
          for (let output = 0; output < outputs; output += 1) {
            result[out * outputs + output] += value * layer.kernel[start + output];
          }
        }
      }
    });
    return result;
  }

  /** Gradient at the input of a convolution from the gradient at its output. */
  function convolveBack(gradient, layer, geometry) {
    const { inputs, outputs, side } = geometry;
    const result = new Float32Array(side * side * inputs);
    visitTaps(geometry, (out, place, tap) => {
      for (let input = 0; input < inputs; input += 1) {
        const start = (tap * inputs + input) * outputs;
        let sum = 0;
        for (let output = 0; output < outputs; output += 1) {
          sum += gradient[out * outputs + output] * layer.kernel[start + output];
        }
        result[place * inputs + input] += sum;
      }
    });
    return result;
  }

  /** Rectify and pool feature maps. `routes` lists for every output value the inputs that it depends on, and their weights. */
  function pool(features, side, channels, pooling, window) {
    const outSide = Math.floor((side - window) / POOL) + 1;
    const average = pooling === "average";
    const values = new Float32Array(outSide * outSide * channels);
    const routes = new Int32Array(values.length * (average ? window * window : 1)).fill(-1);
    const each = routes.length / values.length;
    for (let index = 0; index < values.length; index += 1) {
      const channel = index % channels;
      const place = Math.floor(index / channels);
      const corner = (Math.floor(place / outSide) * side + (place % outSide)) * POOL;
      let best = -1;
      for (let part = 0; part < window * window; part += 1) {
        const source = (corner + Math.floor(part / window) * side + (part % window)) * channels + channel;
        if (average && features[source] > 0) {
          values[index] += features[source] / (window * window);
          routes[index * each + part] = source;
        } else if (!average && (best < 0 || features[source] > features[best])) {
          best = source;
        }
      }
      if (!average && features[best] > 0) {
        values[index] = features[best];
        routes[index] = best;
      }
    }
    return { values, routes, side: outSide, inputLength: features.length, share: 1 / each };
  }

  /** Gradient at the input of pooling from the gradient at its output. */
  function poolBack(gradient, { routes, inputLength, share }) {
    const result = new Float32Array(inputLength);
    const each = routes.length / gradient.length;
    routes.forEach((source, index) => {
      if (source >= 0) {
        result[source] += gradient[Math.floor(index / each)] * share;
      }
    });
    return result;
  }

  /** Outputs (units,) of a dense layer. */
  function dense(features, { kernel, bias }) {
    const result = Float32Array.from(bias);
    features.forEach((value, input) => {
      if (value !== 0) {
        for (let unit = 0; unit < result.length; unit += 1) {
          result[unit] += value * kernel[input * result.length + unit];
        }
      }
    });
    return result;
  }

  /** Gradient at the input of a dense layer from the gradient (units,) at its output. */
  function denseBack(gradient, { kernel, shape }) {
    return Float32Array.from({ length: shape[0] }, (_, input) => {
      let sum = 0;
      for (let unit = 0; unit < gradient.length; unit += 1) {
        sum += gradient[unit] * kernel[input * gradient.length + unit];
      }
      return sum;
    });
  }

  /** Logits (10,) of an image (784,) in [0, 1], with all that the gradient needs. */
  function forward(network, image) {
    const [first, second, hiddenLayer, logitLayer] = network.layers;
    const passes = [];
    let [features, side] = [image, Math.round(Math.sqrt(image.length))];
    for (const [index, layer] of [first, second].entries()) {
      const geometry = convolutionGeometry(layer, side, network.dilations[index], network.padding);
      const pooled = pool(convolve(features, layer, geometry), geometry.outSide, geometry.outputs, network.pooling, network.window);
      passes.push({ layer, geometry, pooled });
      [features, side] = [pooled.values, pooled.side];
    }
    const hidden = dense(features, hiddenLayer).map((value) => Math.max(0, value));
    return { logits: dense(hidden, logitLayer), hidden, passes };
  }

  /** Gradient (784,) of the logit of a class at the pixels. */
  function inputGradient(network, { hidden, passes }, target) {
    const [, , hiddenLayer, logitLayer] = network.layers;
    const chosen = Float32Array.from({ length: logitLayer.bias.length }, (_, index) => (index === target ? 1 : 0));
    const rectified = denseBack(chosen, logitLayer).map((value, unit) => (hidden[unit] > 0 ? value : 0));
    let gradient = denseBack(rectified, hiddenLayer);
    for (const { layer, geometry, pooled } of [...passes].reverse()) {
      gradient = convolveBack(poolBack(gradient, pooled), layer, geometry);
    }
    return gradient;
  }

  /** Probabilities of the classes from logits. */
  function softmax(logits) {
    const largest = Math.max(...logits);
    const powers = Array.from(logits, (value) => Math.exp(value - largest));
    const sum = powers.reduce((total, value) => total + value, 0);
    return powers.map((value) => value / sum);
  }

  return { unpack, forward, inputGradient, softmax };
})();
