/* << mark >>: what pages do besides being read. Without it all of their text still stands. */
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = (element, key) => (element.dataset[key] || "").split(" ").filter(Boolean);

  const index = (selector, key) => {
    const found = new Map();
    for (const element of all(selector))
      for (const word of words(element, key))
        if (found.has(word)) found.get(word).push(element);
        else found.set(word, [element]);
    return found;
  };

  const light = (elements) => elements.forEach((one) => one.classList.add("lit"));
  const clear = () => all(".lit").forEach((one) => one.classList.remove("lit"));

  const made = (name, className, ...inside) => {
    const one = document.createElement(name);
    one.className = className;
    one.append(...inside);
    return one;
  };

  const linked = (href, className, text) => {
    const one = made("a", className, text);
    one.href = href;
    return one;
  };

  /* Equations stand once in the text; beside the code they are written again, with their lines. */
  const repeating = () => all(".side").forEach((side) => {
    const listings = all(".listing");
    for (const one of all(".equation[id]")) {
      const label = one.dataset.equation, places = made("span", "places", side.dataset.lines);
      for (const listing of listings)
        if (document.getElementById(`${listing.id}-${label}`))
          places.append(" ", linked(`#${listing.id}-${label}`, "", listing.dataset.short));
      const item = made("li", "", linked(`#${one.id}`, "number", `(${label})`),
                        one.querySelector(".formula").cloneNode(true), places);
      item.id = `lines-${label}`;
      item.dataset.equation = label;
      side.append(item);
      if (one.matches(".derived")) {
        const lines = places.cloneNode(true);
        lines.className = "to-lines";
        one.querySelector(".scroll").append(lines);
      }
    }
    side.hidden = false;
  });

  /* An element comes into view inside its own box; the page stays where it is. */
  const reveal = (element, box) => {
    const own = element.getBoundingClientRect(), around = box.getBoundingClientRect();
    if (own.top < around.top || own.bottom > around.bottom)
      box.scrollTop += own.top - around.top - box.clientHeight / 3;
  };

  const equations = () => {
    const places = index("[data-equation]", "equation");
    const show = (element) => {
      const lit = words(element, "equation").flatMap((one) => places.get(one) || []);
      light(lit);
      for (const box of all(".side, details[open] > pre.code"))
        if (!box.contains(element)) {
          const first = lit.find((one) => box.contains(one));
          if (first) reveal(first, box);
        }
    };
    return show;
  };

  const symbols = () => {
    const marks = index("[data-symbol]", "symbol"), rows = new Map(), card = document.querySelector(".card");
    for (const row of all("tr[data-names]"))
      for (const name of words(row, "names")) rows.set(name, row);
    const show = (element) => {
      const row = rows.get(element.dataset.symbol);
      const names = row ? words(row, "names") : [element.dataset.symbol];
      light(names.flatMap((one) => marks.get(one) || []));
      if (!row) return;
      light([row]);
      if (row.contains(element) || !card) return;
      const cells = all("td", row);
      card.replaceChildren(cells[0].firstElementChild.cloneNode(true), document.createTextNode(" "),
                           document.createTextNode(cells[4].textContent.trim()));
      const more = document.createElement("span");
      more.textContent = `${cells[3].textContent.trim()} · ${cells[2].textContent.trim()}`;
      card.append(more);
      card.hidden = false;
      const at = element.getBoundingClientRect(), size = card.getBoundingClientRect();
      const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
      card.style.left = `${left}px`;
      card.style.top = `${at.bottom + size.height + 12 < innerHeight ? at.bottom + 8 : at.top - size.height - 8}px`;
    };
    const hide = () => {
      if (!card) return;
      card.hidden = true;
      for (const one of all('[aria-describedby="card"]')) one.removeAttribute("aria-describedby");
    };
    return { show, hide };
  };

  const pointing = () => {
    const equation = equations(), symbol = symbols();
    const look = (event) => {
      clear();
      symbol.hide();
      const target = event.target.closest ? event.target : null;
      const around = target && target.closest("[data-equation]");
      const mark = target && target.closest("[data-symbol]");
      if (around) equation(around);
      if (mark) symbol.show(mark);
      if (mark && mark === document.activeElement) mark.setAttribute("aria-describedby", "card");
    };
    /* Where a link moves the page under a mouse at rest, nobody points at anything. */
    let place = "";
    const rests = (event) => {
      const before = place;
      place = `${event.clientX} ${event.clientY}`;
      return event.pointerType === "mouse" && place === before;
    };
    document.addEventListener("pointermove", rests, { passive: true });
    document.addEventListener("pointerover", (event) => { if (!rests(event)) look(event); });
    document.addEventListener("focusin", look);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") { clear(); symbol.hide(); } });
  };

  /* The Tab key passes a list in one stop. Inside it arrows lead up and down over its rows, right
     and left over what stands in one of them; in a row of fields these keep their own arrows. */
  const roving = (box, rowsIn, itemsIn) => {
    const seen = (one) => one.checkVisibility();
    const rows = () => all(rowsIn, box).filter(seen), items = (row) => [row, ...all(itemsIn, row).filter(seen)];
    let now = null;
    const stop = (one) => {
      if (now) now.tabIndex = -1;
      now = one;
      now.tabIndex = 0;
    };
    const next = (list, from, step) => list[list.indexOf(from) + step];
    const led = (key, target) => {
      const every = rows(), row = every.filter((one) => one.contains(target)).pop();
      if (key === "ArrowDown") return next(every, row, 1);
      if (key === "ArrowUp") return row && next(every, row, -1);
      if (target.matches("input") || !row) return null;
      return { ArrowRight: next(items(row), target, 1), ArrowLeft: next(items(row), target, -1),
               Home: every[0], End: every[every.length - 1] }[key];
    };
    for (const one of all("a[href], summary, input, .derived tbody tr", box)) one.tabIndex = -1;
    box.removeAttribute("tabindex");
    const first = box.querySelector(rowsIn);
    if (!first) return;
    stop(first);
    box.addEventListener("focusin", ({ target }) => {
      if (target !== box && target !== now) stop(target);
    });
    box.addEventListener("keydown", (event) => {
      const to = !(event.ctrlKey || event.metaKey || event.altKey) && led(event.key, event.target);
      if (!to) return;
      event.preventDefault();
      stop(to);
      to.focus();
    });
  };

  const keyboard = () => {
    const inside = "[data-symbol], a[href]";
    all(".equations").forEach((one) => roving(
      one, "div.equation, .equation > summary, .copied > summary, .derived tbody tr, .derivative", inside));
    all(".side").forEach((one) => roving(one, "li", inside));
    all("pre.code").forEach((one) => roving(one, "a[href]", inside));
    all(".constants, table.values").forEach((one) => roving(one, "input, a[href]", inside));
  };

  /* A box that does not move needs no stop. */
  const boxes = () => {
    const moves = (one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
    const watch = new ResizeObserver((seen) => seen.forEach(({ target }) => {
      if (moves(target) && !target.querySelector('[tabindex="0"], a[href]:not([tabindex]), input')) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }));
    all('.scroll[tabindex], .inline[tabindex], pre[tabindex]').forEach((one) => watch.observe(one));
  };

  const copying = () => all("button.copy").forEach((button) => {
    const label = button.textContent, text = button.parentElement.querySelector("pre").textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  });

  const folding = () => all(".buttons").forEach((one) => {
    const set = (open) => all("details.derived").forEach((each) => { each.open = open; });
    one.hidden = false;
    one.querySelector("[data-open]").addEventListener("click", () => set(true));
    one.querySelector("[data-close]").addEventListener("click", () => set(false));
  });

  /* No line begins with the mark that stands behind a formula. */
  const gluing = () => all("p math, li math, td math").forEach((one) => {
    const after = one.nextSibling;
    if (!after || after.nodeType !== Node.TEXT_NODE || !/^[.,;:)。，、；：）]/.test(after.data)) return;
    after.splitText(1);
    const whole = made("span", "glued");
    one.replaceWith(whole);
    whole.append(one, after);
  });

  /* A link to something that is folded opens it. */
  const opening = () => {
    const open = () => {
      const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      for (let one = target; one; one = one.parentElement)
        if (one.tagName === "DETAILS") one.open = true;
      if (target) target.scrollIntoView({ block: "center" });
    };
    addEventListener("hashchange", open);
    if (location.hash) open();
  };

  const contents = () => {
    const links = all(".contents a"), here = () => {
      const passed = links.filter((one) => document.querySelector(one.hash).getBoundingClientRect().top < 160);
      const found = passed[passed.length - 1];
      if (found === last) return;
      last = found;
      for (const one of links) {
        one.classList.toggle("here", one === found);
        one.toggleAttribute("aria-current", one === found);
      }
      const list = links[0].closest("ol"), left = found ? found.offsetLeft - list.offsetLeft : 0;
      list.scrollTo({ left: left - (list.clientWidth - (found ? found.offsetWidth : 0)) / 2 });
    };
    let last = null;
    if (!links.length) return;
    addEventListener("scroll", here, { passive: true });
    addEventListener("load", here);  // once all is laid out: to ask before that costs a layout
  };

  const filtering = () => {
    const form = document.querySelector("form.filter"), rows = all("table.cells tbody tr");
    if (!form) return;
    const texts = new Map(rows.map((row) => [row, `${row.textContent} ${row.dataset.words}`.toLowerCase()]));
    const output = form.querySelector("output"), names = document.querySelector("details.found");
    const naming = (asked) => {  // commands and names of Python: open where some are meant
      if (!names) return;
      const found = all("li", names).filter((one) => {
        one.hidden = !asked.every((word) => one.textContent.toLowerCase().includes(word));
        return !one.hidden;
      });
      names.open = asked.length > 0 && found.length > 0;
      names.hidden = found.length === 0;
    };
    const update = () => {
      const asked = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const states = form.elements.states.value;
      const shown = rows.filter((row) => {
        const fits = asked.every((one) => texts.get(row).includes(one)) && (!states || row.dataset.states === states);
        row.hidden = !fits;
        return fits;
      });
      naming(asked);
      output.textContent = shown.length ? output.dataset.found.replace("{count}", shown.length) : output.dataset.none;
    };
    form.hidden = false;
    form.addEventListener("input", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    update();
  };

  const sorting = () => all("table.cells th[data-sort]").forEach((head, place) => {
    const button = document.createElement("button"), body = head.closest("table").tBodies[0];
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const value = (row) => row.cells[place].dataset.value || row.cells[place].textContent.trim();
    const order = { text: (a, b) => a.localeCompare(b), number: (a, b) => a - b }[head.dataset.sort];
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      all("th[aria-sort]").forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].sort((a, b) => order(value(a), value(b)) * (up ? 1 : -1));
      body.append(...rows);
    });
  });

  gluing(); repeating(); pointing(); copying(); folding(); opening(); contents(); filtering(); sorting();
  addEventListener("DOMContentLoaded", () => { keyboard(); boxes(); });  // after fields are made
})();
