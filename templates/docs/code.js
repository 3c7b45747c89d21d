/* << mark >>: what pages of all languages share: the code, and which row a symbol belongs to. */
"use strict";
(() => {
  /* Comments, strings and words of a language, in this order, as they are coloured. */
  const words = (list) => `\\b(?:${list.replaceAll(" ", "|")})\\b`;
  const KINDS = Object.fromEntries(Object.entries({
    numpy: ["#.*", '"""[^]*?"""|"[^"\\n]*"|\'[^\'\\n]*\'',
            words("as break class continue def del elif else False for from global if lambda None nonlocal " +
                  "pass raise return True while with yield")],
    portable: ["/\\*[^]*?(?:\\*/|$)|//.*", '"(?:[^"\\\\\\n]|\\\\.)*"',
               words("auto break case char const continue default do double else enum extern float for " +
                     "goto if inline int long register restrict return short signed sizeof static struct " +
                     "switch typedef union unsigned void volatile while bool size_t ptrdiff_t u?int\\d+_t")],
  }).map(([name, kinds]) => [name, new RegExp(kinds.map((one) => `(${one})`).join("|"), "g")]));
  const ELEMENTS = ["i", "u", "b"];

  const made = (name, ...inside) => {
    const one = document.createElement(name);
    one.append(...inside);
    return one;
  };

  const coloured = (text, language) => {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(KINDS[language])) {
      const kind = found.slice(1).findIndex((one) => one !== undefined);
      parts.push(text.slice(end, found.index), made(ELEMENTS[kind], found[0]));
      end = found.index + found[0].length;
    }
    return [...parts, text.slice(end)];
  };

  const labels = (text) => text.split(" ").filter(Boolean);
  const block = (anchor, language) => ([equations, begins, text]) => {
    const one = made("span");
    if (equations) one.dataset.equation = equations;
    for (const label of labels(begins)) {
      const link = made("a", `(${label})`);
      link.id = `${anchor}-${label}`;
      link.href = `#equation-${label}`;
      one.append(link);
    }
    one.append(...coloured(text.slice(1), language));
    return one;
  };

  for (const { anchor, language, blocks } of globalThis.symrnnShared.code)
    document.querySelector(`#${anchor} code.shown`).replaceChildren(...blocks.map(block(anchor, language)));

  /* Symbols are known by their looks: the largest element that looks like one is it. */
  const rows = new Map(globalThis.symrnnShared.symbols.flatMap(([row, ...looks]) => looks.map((one) => [one, row])));
  const mark = (element) => {
    for (const one of element.children) {
      const row = rows.get(one.outerHTML);
      if (row === undefined) mark(one);
      else one.dataset.symbol = row;
    }
  };
  document.querySelectorAll("math").forEach(mark);

  /* The number of an equation leads to its lines, where it led to the code as a whole. */
  for (const link of document.querySelectorAll(".equation > a.number")) {
    const line = document.getElementById(`${link.hash.slice(1)}-${link.parentElement.dataset.equation}`);
    if (line) link.href = `#${line.id}`;
  }
})();
