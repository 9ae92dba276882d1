/* Charts by Vega-Lite: accuracy and metrics by dilation, linked by a brush; learning methods by price and success. */

const Charts = (() => {
  const { fillChoices, readable } = Elements;
  const DRAWN = { renderer: "svg", actions: false, ast: true }; // ast: expressions are interpreted, so the page needs no eval
  let data;

  /** Unpack the programs (zlib) and run them; the page holds them as base64 text. */
  async function loadPrograms() {
    const packed = Uint8Array.from(atob(document.getElementById("chart-programs").textContent.trim()), (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const script = document.createElement("script");
    script.textContent = await new Response(unpacked).text();
    document.head.append(script);
  }

  /** Draw all charts, and draw them anew where the reader changes between light and dark. */
  async function start(pageData) {
    data = pageData;
    if (!("DecompressionStream" in window)) {
      document.getElementById("charts-missing").hidden = false;
      return;
    }
    await loadPrograms();
    const measures = [...new Set(data.metrics.map(({ method, measure }) => `${method} / ${measure}`))];
    const metric = document.getElementById("charts-metric");
    fillChoices(metric, measures.map((name) => [name, name.split("/").map((part) => readable(part.trim())).join(": ")]));
    const choose = () => (metric.value = Address.choice("charts.metric", measures, measures[0]));
    choose();
    metric.addEventListener("input", () => {
      Address.set("charts", { "charts.metric": metric.value });
      draw();
    });
    Address.onChange(() => {
      choose();
      draw();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    await draw();
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const [ink, quiet, line] = ["--ink", "--quiet", "--line"].map((name) => style.getPropertyValue(name).trim());
    const axis = { labelColor: ink, titleColor: ink, gridColor: line, domainColor: quiet, tickColor: quiet };
    const mark = { rule: { color: quiet }, line: { color: quiet }, point: { color: ink } };
    const legend = { labelColor: ink, titleColor: ink, symbolOpacity: 1, symbolBaseFillColor: quiet, symbolBaseStrokeColor: quiet };
    return { background: "transparent", axis, legend, view: { stroke: line }, font: "system-ui, sans-serif", ...mark };
  }

  async function draw() {
    await Promise.all([drawDilations(), drawFrontier()]);
  }

  /** Rows of networks or arms with the names that the charts show. */
  function named(rows) {
    return rows.map((row) => ({ ...row, arm: `${row.dilation}-${row.kernel_size}-${row.pooling}`, panel: `k${row.kernel_size}, ${row.pooling}` }));
  }

  const field = (name, title, format) => ({ field: name, title, type: format ? "quantitative" : "nominal", ...(format ? { format } : {}) });

  function dilationAxis() {
    const values = [...new Set(data.accuracy.arms.map(({ dilation }) => dilation))].sort((first, second) => first - second);
    return { field: "dilation", type: "quantitative", title: "dilation (pixels)", axis: { values, format: "d" }, scale: { zero: false, padding: 16, nice: false } };
  }

  /** Accuracy above, the chosen metric below; a brush over dilations in the first marks them in the second and in the explorer. */
  async function drawDilations() {
    const [method, measure] = document.getElementById("charts-metric").value.split(" / ");
    const chosen = data.metrics.filter((row) => row.method === method && row.measure === measure).map((row) => ({ ...row, n: data.replicates }));
    const width = Math.max(180, document.getElementById("charts-dilation").clientWidth - 90);
    const fade = { condition: { param: "brush", value: 1, empty: true }, value: 0.25 };
    const colour = { field: "panel", type: "nominal", title: "kernel, pooling", legend: { orient: "top", columns: 2 } };
    const interval = [field("lower", "interval from", ".3f"), field("upper", "to", ".3f"), { field: "n", title: "replicates" }];
    const accuracy = {
      width, height: 220,
      layer: [
        {
          data: { values: named(data.accuracy.networks) }, params: [{ name: "brush", select: { type: "interval", encodings: ["x"] } }],
          mark: { type: "circle", size: 28, opacity: 0.35 },
          encoding: { x: dilationAxis(), y: { field: "accuracy", type: "quantitative", title: "test accuracy (%)", scale: { zero: false } }, color: colour,
            tooltip: [field("arm", "arm"), field("replicate", "replicate"), field("accuracy", "accuracy (%)", ".2f")] },
        },
        {
          data: { values: named(data.accuracy.arms) }, mark: { type: "rule", strokeWidth: 2 },
          encoding: { x: dilationAxis(), y: { field: "lower", type: "quantitative" }, y2: { field: "upper" }, color: colour },
        },
        { data: { values: named(data.accuracy.arms) }, mark: { type: "line", point: { size: 60 } },
          encoding: { x: dilationAxis(), y: { field: "mean", type: "quantitative" }, color: colour,
          tooltip: [field("arm", "arm"), field("mean", "mean accuracy (%)", ".3f"), ...interval] } },
      ],
    };
    const metric = {
      width, height: 180, data: { values: chosen },
      layer: [
        { mark: { type: "rule", strokeWidth: 2 }, encoding: { y: { field: "lower", type: "quantitative", title: readable(measure), scale: { zero: false } },
          y2: { field: "upper" }, opacity: fade } },
        { mark: { type: "line", strokeDash: [4, 3] }, encoding: { y: { field: "mean", type: "quantitative" } } },
        { mark: { type: "point", filled: true, size: 70 }, encoding: { y: { field: "mean", type: "quantitative" }, opacity: fade,
          tooltip: [field("method", "method"), field("measure", "metric"), { field: "dilation", title: "dilation" }, field("mean", "mean", ".4f"), ...interval] } },
      ],
      encoding: { x: dilationAxis() },
    };
    const result = await vegaEmbed("#charts-dilation", { vconcat: chosen.length ? [accuracy, metric] : [accuracy], config: colours() }, DRAWN);
    const brushed = (_, { dilation }) => {
      const inside = data.explorer.panels[0].dilations.filter((each) => dilation && each >= dilation[0] && each <= dilation[1]);
      if (inside.length) {
        Explorer.chooseDilations(inside[0], inside[inside.length - 1]);
      }
    };
    result.view.addSignalListener("brush", brushed);
  }

  /** Share of right choices against the mean number of trainings that a choice costs, in every world, at the margin of the sliders. */
  async function drawFrontier() {
    const place = document.getElementById("charts-frontier");
    if (!place || !window.vegaEmbed) {
      return;
    }
    const { loss, alpha } = Margin.chosen();
    const legend = { orient: "top", columns: Math.max(1, Math.floor(place.clientWidth / 330)), labelLimit: 200 };
    await vegaEmbed(place, {
      width: Math.max(180, place.clientWidth - 90), height: 280, data: { values: Frontier.rows(data.learning, loss, alpha) }, config: colours(),
      encoding: {
        x: { field: "trainings", type: "quantitative", title: "trainings for one choice", scale: { type: "symlog" }, axis: { tickCount: 6 } },
        color: { field: "method", type: "nominal", legend },
      },
      layer: [
        { mark: "rule", encoding: { y: { field: "lower", type: "quantitative", title: "share of right choices", scale: { domain: [0, 1] } },
          y2: { field: "upper" } } },
        { mark: { type: "point", filled: true, size: 80 }, encoding: { y: { field: "right_share", type: "quantitative" }, shape: { field: "worldName", type: "nominal", title: "world", legend },
          tooltip: [field("method", "method"), field("worldName", "world"), field("right_share", "share right", ".2f"), field("lower", "interval from", ".2f"),
            field("upper", "to", ".2f"), field("trainings", "trainings", ".1f"), { field: "runs", title: "runs" }, field("verdict", "verdict of the run")] } },
      ],
    }, DRAWN);
  }

  return { start, drawFrontier };
})();
