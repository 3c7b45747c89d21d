/* << mark >>: gradients through time, measured anew in the page with the kernels of its networks. */
"use strict";
(() => {
  const source = document.getElementById("flow-data"), form = document.querySelector("form.knobs");
  if (!source || !form) return;
  const { plane, networks } = JSON.parse(source.textContent);
  const lines = [...document.querySelectorAll(".flow-plot .travel")];
  const rows = [...document.querySelectorAll("table.norms tbody tr")];
  const arrays = (group) => Object.fromEntries(
    Object.entries(group).map(([name, entries]) => [name, Float64Array.from(entries)]));

  /* The weights of a network as the sliders say; those of the other one know only the scale of all. */
  const adjusted = (network, own, asked) => {
    const parameters = arrays(network.parameters);
    const scaled = asked.weight ? (own ? [network.scaled[asked.weight]] : []) : Object.values(network.scaled);
    for (const name of scaled) parameters[name] = parameters[name].map((one) => asked.scale * one);
    const shifted = own && asked.bias ? [network.shifted[asked.bias]] : [];
    for (const name of shifted) parameters[name] = parameters[name].map((one) => one + asked.shift);
    return parameters;
  };

  /* The same sequence for every sample: [T, 1, n] becomes [T, B, n]. */
  const repeated = (inputs, steps, samples) => {
    const made = {};
    for (const [name, entries] of Object.entries(inputs)) {
      const width = entries.length / steps;
      made[name] = new Float64Array(entries.length * samples);
      for (let t = 0; t < steps; ++t)
        for (let s = 0; s < samples; ++s)
          made[name].set(entries.slice(t * width, (t + 1) * width), (t * samples + s) * width);
    }
    return made;
  };

  /* log10 of the root mean square of the lengths of rows: each row is the gradient of one unit. */
  const norm = (entries, count) => {
    const largest = entries.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    if (!(largest > 0)) return largest === 0 ? -Infinity : NaN;
    const squares = entries.reduce((sum, one) => sum + (one / largest) ** 2, 0);
    return Math.log10(largest) + Math.log10(squares / count) / 2;
  };

  /* Every unit of every state is a sample, which sends back a gradient of 1 from the last step. */
  const measured = (network, parameters) => {
    const samples = network.states.reduce((sum, one) => sum + one.size, 0);
    const sizes = { ...network.sizes, B: samples }, steps = sizes.T, bars = {};
    const inputs = repeated(network.inputs, steps, samples);
    let first = 0;
    for (const state of network.states) {
      state.first = first;
      const bar = bars[state.final] = new Float64Array(samples * state.size);
      for (let j = 0; j < state.size; ++j) bar[(first + j) * state.size + j] = 1;
      first += state.size;
    }
    const kernel = symrnn[network.name];
    const values = kernel.forward(sizes, parameters, inputs, {});
    const gradients = kernel.backward(sizes, parameters, inputs, {}, values, bars);
    return network.states.map(({ size, first, before }) => {
      const powers = [0];
      for (let lag = 1; lag <= plane.lags; ++lag) {
        const at = ((steps - lag) * samples + first) * size;
        powers.push(norm(gradients[before].subarray(at, at + size * size), size));
      }
      return powers;
    });
  };

  const place = (power, lag) => {
    const share = Math.max((power - plane.low) / (plane.high - plane.low), -4);
    const x = plane.left + lag / plane.lags * (plane.right - plane.left);
    return `${x.toFixed(2)},${(plane.bottom - share * (plane.bottom - plane.top)).toFixed(2)}`;
  };

  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const told = (power) => {
    if (!Number.isFinite(power)) return power < 0 ? "0" : "∞";
    if (-3 <= power && power < 3) return `${Number((10 ** power).toPrecision(3))}`;
    let whole = Math.floor(power), mantissa = (10 ** (power - whole)).toFixed(1);
    if (mantissa === "10.0") { whole += 1; mantissa = "1.0"; }
    const raised = `${Math.abs(whole)}`.replace(/\d/g, (one) => digits[one]);
    return `${mantissa}\u202f×\u202f10${whole < 0 ? "⁻" : ""}${raised}`;
  };

  /* Labels stand where their lines end, none upon another one. */
  const labels = [...document.querySelectorAll(".flow-plot .ending")];
  const beside = (ends) => {
    const margin = 6, gap = Math.min(18, (plane.bottom - plane.top) / ends.length);
    let least = plane.top + margin;
    ends.map((_, one) => one).sort((one, other) => ends[one] - ends[other]).forEach((one, place) => {
      const most = plane.bottom - margin - gap * (ends.length - 1 - place);
      const key = Math.min(Math.max(ends[one], least), most);
      labels[one].setAttribute("transform", `translate(${plane.right + 8} ${key.toFixed(2)})`);
      least = key + gap;
    });
  };

  const show = (travels) => {
    beside(travels.map((powers) => Number(place(powers[plane.lags], plane.lags).split(",")[1]) || 0));
    travels.forEach((powers, line) => {
      lines[line].setAttribute("points", powers.map(place).join(" "));
      for (const row of rows) {
        const cell = row.cells[line + 1], power = powers[row.dataset.lag];
        cell.textContent = told(power);
        cell.dataset.power = power;
      }
    });
  };

  const asked = () => {
    const { weight, scale, bias, shift } = form.elements;
    return { weight: weight ? weight.value : "", scale: scale ? +scale.value : 1,
             bias: bias ? bias.value : "", shift: shift ? +shift.value : 0 };
  };

  let waiting = false;
  const update = () => {
    const now = asked(), tell = (name, text) => { const one = form.elements[name]; if (one) one.value = text; };
    tell("scale-told", `× ${now.scale}`);
    tell("shift-told", now.shift < 0 ? `− ${-now.shift}` : `+ ${now.shift}`);
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const last = asked();
      show(networks.flatMap((network, place) => measured(network, adjusted(network, place === 0, last))));
    });
  };

  form.hidden = !(form.elements.scale || form.elements.shift);
  form.addEventListener("input", update);
  form.addEventListener("reset", () => setTimeout(update));
  form.addEventListener("submit", (event) => event.preventDefault());
})();
