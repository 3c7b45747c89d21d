/* << mark >>: numbers that a reader may change. Without it all of them still stand. */
"use strict";
(() => {
  const GIVEN = ["parameters", "inputs", "initial", "bars"], MINUS = "\u2212";
  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const each = (group, change) => Object.fromEntries(Object.entries(group).map(([name, one]) => [name, change(one)]));
  const signed = (text) => text.replaceAll("-", MINUS);

  /* Numbers as the page has them: four places, or a power of ten where they are large or small. */
  const power = (value, digits) => {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return `${signed(mantissa)}\u202f×\u202f10${[...String(Number(exponent))].map((one) => RAISED[one]).join("")}`;
  };
  const computed = (value) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return signed(value < 0 ? "-inf" : "inf");
    const size = Math.abs(value);
    return size === 0 || (size >= 1e-3 && size < 1e4) ? signed((value + 0).toFixed(4)) : power(value, 4);
  };
  const counted = (value, number) => (value <= Number.MAX_SAFE_INTEGER ? number.format(value) : power(value, 4));
  /* What is wrong with a field stands beside it; the reader's digits stay as they are. */
  const limit = () => {
    const one = document.createElement("span");
    one.className = "limit";
    one.setAttribute("role", "status");
    return one;
  };
  /* In the file the rows of a matrix are one text; here each has its place. */
  const lined = (whole) => whole.replaceWith(...whole.textContent.split("\n").map((row) => {
    const one = document.createElement("samp");
    one.textContent = row;
    return one;
  }));
  const aligned = (rows) => {
    const spaced = rows.map((row) => row.map((one) => (one.startsWith(MINUS) ? one : ` ${one}`)));
    const widths = spaced[0].map((_, place) => Math.max(...spaced.map((row) => row[place].length)));
    return spaced.map((row) => row.map((one, place) => one.padStart(widths[place])).join(" "));
  };

  /* One case: what is given, what follows, and the step that a reader looks at. */
  const worked = (data) => {
    const network = globalThis.symrnn[data.cell];
    const parts = all(`[data-kernel="${data.cell}"]`), find = (selector) => parts.flatMap((one) => all(selector, one));
    const sliders = find(".stepper input"), told = find("[data-shown]")[0].dataset.shown;
    const first = () => each(data.given, (group) => each(group, (one) => Float64Array.from(one)));
    let groups = first(), step = Number(sliders[0].value);

    const places = [];
    for (const row of find("[data-array]")) {
      const [group, name] = row.dataset.array.split(" ");
      const cells = all("dd, td", row);
      cells.forEach((cell, at) => places.push({ cell, group, name, steps: cells.length, at }));
    }
    const fixed = places.filter((one) => !GIVEN.includes(one.group)), changing = find("[data-now]").map((cell) => {
      const [group, name, steps] = cell.dataset.now.split(" ");
      return { cell, group, name, steps: Number(steps) };
    });
    for (const { cell } of [...places, ...changing]) lined(cell.querySelector("samp"));

    const part = ({ group, name, steps, at }) => {
      const whole = groups[group][name], count = whole.length / steps;
      return whole.subarray(at * count, (at + 1) * count);
    };
    const rowsOf = (cell, entries) => {
      const rows = all("samp", cell).length, columns = entries.length / rows;
      return Array.from({ length: rows }, (_, row) => [...entries.slice(row * columns, (row + 1) * columns)]);
    };
    const write = (one) => {
      const rows = aligned(rowsOf(one.cell, part(one)).map((row) => row.map(computed)));
      all("samp", one.cell).forEach((line, row) => { line.textContent = rows[row]; });
    };
    const show = () => {
      for (const one of sliders) one.value = step;
      for (const one of find("output")) one.textContent = told.replace("{step}", step);
      for (const one of places) one.cell.classList.toggle("now", one.steps > 1 && one.at === step - 1);
      for (const one of changing) write({ ...one, at: one.steps > 1 ? step - 1 : 0 });
    };
    const run = () => {
      const { parameters, inputs, initial, bars } = groups;
      const values = network.forward(data.sizes, parameters, inputs, initial);
      const gradients = network.backward(data.sizes, parameters, inputs, initial, values, bars);
      Object.assign(groups, { values, gradients });
    };
    const update = () => { run(); fixed.forEach(write); show(); };

    /* Numbers that are given become fields. */
    const fields = [], wrong = find(".live")[0].dataset.wrong;
    const tell = (field, text) => {
      const line = field.parentElement;
      field.setAttribute("aria-invalid", Boolean(text));
      (line.querySelector(".limit") || line.appendChild(limit())).textContent = text;
    };
    for (const one of places.filter((each) => GIVEN.includes(each.group))) {
      let entry = 0;
      for (const [line, row] of all("samp", one.cell).map((each, at) => [each, rowsOf(one.cell, part(one))[at]])) {
        line.replaceChildren(...row.map(() => {
          const field = document.createElement("input"), at = entry++;
          Object.assign(field, { type: "number", step: "any" });
          field.setAttribute("aria-label", `${one.name} ${at + 1}${one.steps > 1 ? `, t = ${one.at + 1}` : ""}`);
          field.addEventListener("input", () => {
            const right = Number.isFinite(field.valueAsNumber);
            tell(field, right ? "" : wrong.replace("{number}", signed(String(part(one)[at]))));
            if (!right) return;
            part(one)[at] = field.valueAsNumber;
            update();
          });
          fields.push({ field, one, at });
          return field;
        }));
      }
    }
    const fill = () => {
      for (const { field, one, at } of fields) {
        field.value = part(one)[at];
        if (field.getAttribute("aria-invalid") === "true") tell(field, "");
      }
    };

    const swap = () => {
      const now = step < data.sizes.T ? step : step - 1;
      for (const whole of Object.values(groups.inputs)) {
        const count = whole.length / data.sizes.T, later = whole.slice(now * count, (now + 1) * count);
        whole.copyWithin(now * count, (now - 1) * count, now * count);
        whole.set(later, (now - 1) * count);
      }
      fill();
      update();
    };
    for (const one of sliders) one.addEventListener("input", () => { step = one.valueAsNumber; show(); });
    for (const one of find("[data-swap]")) one.addEventListener("click", swap);
    for (const one of find("[data-reset]"))
      one.addEventListener("click", () => { groups = first(); fill(); update(); });
    for (const one of find(".stepper, .live")) one.hidden = false;
    fill();
    run();
    show();
  };

  /* Costs for sizes that a reader sets. */
  const counting = (form) => {
    const table = document.querySelector("table.costs"), network = globalThis.symrnn[table.dataset.costsOf];
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const cells = all("[data-cost]", table).map((cell) => {
      const output = document.createElement("output");
      cell.append(output);
      return [...cell.dataset.cost.split(" "), output];
    });
    const bytes = form.querySelector(".bytes"), told = bytes.textContent;
    const fields = all("input", form);
    const right = (field) => {
      const good = field.value !== "" && field.validity.valid, said = document.getElementById(`limit-${field.name}`);
      field.setAttribute("aria-invalid", !good);
      said.textContent = good ? "" : said.dataset.told.replace("{least}", field.min)
        .replace("{most}", number.format(field.max));
      return good;
    };
    const update = () => {
      const good = fields.map(right).every(Boolean);  // each of them says what it lacks
      const found = good && network.costs(Object.fromEntries(fields.map((one) => [one.name, one.valueAsNumber])));
      for (const [what, place, output] of cells)
        output.textContent = found ? `= ${counted(found[what][place], number)}` : "";
      bytes.hidden = !found;
      if (!found) return;
      bytes.textContent = told.replace("{parameters}", counted(4 * found.parameters[0], number))
        .replace("{saved}", counted(4 * found.saved[0], number));
    };
    form.hidden = false;
    form.addEventListener("input", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    update();
  };

  globalThis.symrnnShared.given.forEach(worked);
  all("form.sizes").forEach(counting);
})();
