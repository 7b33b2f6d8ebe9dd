// Values of figures, walked with arrow keys or a pointer. The drawing carries them, and where each
// stands; without this script figures are whole, with their data below. It asks nothing from outside.
(() => {
  "use strict";
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const make = (tag, attributes, text = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };

  function walk(drawing, number) {
    const [wide] = drawing.querySelectorAll("svg[data-values]");
    if (!wide) return;
    const [whose, where, listed] = wide.dataset.values.split("¶").map(list => list.split("|"));
    const values = listed.map(one => {
      const [, line, place, text] = one.match(/^(\d+),(\d+),(.*)$/);
      return { line: Number(line), place: Number(place), text };
    });
    const drawings = [...drawing.querySelectorAll("svg[data-at]")].map(svg => {
      const ring = document.createElementNS(svg.namespaceURI, "circle");
      ring.setAttribute("class", "at");
      ring.setAttribute("r", 8);
      const at = svg.dataset.at.split(" ").map(pair => pair.split(",").map(Number));
      return { svg, ring, at };
    });
    const about = `parcours-${number}`;
    const keys = make("span", {
      class: "walk", tabindex: "0", role: "application", "aria-roledescription": "valeurs à parcourir",
      "aria-label": "Valeurs de la figure : les flèches les parcourent", "aria-describedby": about,
    });
    keys.append(make("span", { "aria-hidden": "true" }, "← ↑ ↓ → Parcourir les valeurs"));
    const told = make("span", { class: "walked", role: "status", id: about });
    drawing.after(keys, told);

    let now = -1;
    const show = next => {
      if (next === now) return;
      now = next;
      for (const { svg, ring, at } of drawings) {
        if (now < 0) { ring.remove(); continue; }
        ring.setAttribute("cx", at[now][0]);
        ring.setAttribute("cy", at[now][1]);
        svg.append(ring);
      }
      const value = values[now];
      told.textContent = now < 0 ? "" : [whose[value.line], where[value.place]].filter(Boolean).join(", ") + "\u00a0: " + value.text;
    };

    const [first] = drawings;  // places along a line are near in the same order in both drawings
    const near = (found, index) => found.reduce((best, one) =>
      Math.abs(first.at[one][0] - first.at[index][0]) < Math.abs(first.at[best][0] - first.at[index][0]) ? one : best, found[0]);
    const on = line => values.map((value, index) => value.line === line ? index : -1).filter(index => index >= 0);
    const lines = [...new Set(values.map(value => value.line))];

    function step([across, along]) {
      if (now < 0) return show(on(lines[0]).at(along < 0 ? -1 : 0));
      const { line, place } = values[now], own = on(line);
      if (along && own.length > 1) return show(own[own.indexOf(now) + along] ?? now);
      const next = lines[lines.indexOf(line) + (across || along)];
      if (next === undefined) return;
      const others = on(next);
      show(others.find(index => values[index].place === place) ?? near(others, now));
    }

    keys.addEventListener("keydown", event => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const own = now < 0 ? [] : on(values[now].line);
      if (STEPS[event.key]) step(STEPS[event.key]);
      else if (event.key === "Home") show(own.length > 1 ? own[0] : 0);
      else if (event.key === "End") show(own.length > 1 ? own.at(-1) : values.length - 1);
      else if (event.key === "Escape") show(-1);
      else return;
      event.preventDefault();
    });
    for (const { svg, at } of drawings) {
      const point = event => {
        const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
        const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
        const apart = at.map(([a, b]) => (a - x) ** 2 + (b - y) ** 2), least = Math.min(...apart);
        if (least < 30 ** 2) show(apart.indexOf(least));
      };
      svg.addEventListener("pointermove", point);
      svg.addEventListener("pointerdown", point);
    }
  }
  document.querySelectorAll(".drawing").forEach(walk);
})();
