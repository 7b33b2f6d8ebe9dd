// The page of origins: shows the figure, or the figures of the page, that its address names. Its data
// is a script beside it, which a page opened from a disk may load too. It asks nothing from outside.
(() => {
  "use strict";
  const { heads, indicators, devices, texts, rows, pages } = window.origins;
  const place = document.getElementById("origine"), title = document.title, order = Object.keys(rows);
  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  };
  const link = (href, text) => make("a", { href }, text);

  // a source names its devices, each with the digest of its data; what others publish has neither
  function source(text) {
    const found = [...text.matchAll(/([\w-]+)@[0-9a-f]{8}/g)].map(one => link("#source-" + one[1], devices[one[1]]));
    return found.length ? found.flatMap((one, place) => place ? [", ", one] : [one]) : [text];
  }

  function line(id) {
    const [, ...cells] = rows[id].map(place => texts[place]);
    const own = cells.slice(0, heads[id[0]].length - 2);
    const inside = own.map((text, place) => id[0] === "f" && place === 4 ? source(text) : [text]);
    return [[cells.slice(own.length).join(", ")], ...inside, [make("code", {}, id)]];
  }

  function table(kind, ids) {
    const names = heads[kind], lines = ids.map(line);
    const shown = names.map((_, place) => lines.some(cells => cells[place].some(one => one !== "")));
    const cell = (tag, role, inside, place) => make(tag, {
      role, ...(place ? { "data-label": names[place] } : {}),
      class: place === 0 ? "name" : inside.join("") ? "" : "nothing",
      ...(tag === "th" ? { scope: "row" } : {}),
    }, ...inside);
    const body = lines.map(cells => make("tr", { role: "row" }, ...cells.map((inside, place) =>
      cell(place ? "td" : "th", place ? "cell" : "rowheader", inside, place)).filter((_, place) => shown[place])));
    const head = names.filter((_, place) => shown[place])
      .map(name => make("th", { role: "columnheader", scope: "col" }, name));
    const whole = make("table", { role: "table", class: "stack" },
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...head)),
      make("tbody", { role: "rowgroup" }, ...body));
    return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Tableau" }, whole);
  }

  // of one figure its method stands below it; of a page's, a link leads there
  function sections(ids) {
    const of = kind => name => ids.filter(id => id[0] === kind && texts[rows[id][0]] === name);
    return ["f", "c"].flatMap(kind => Object.keys(indicators).flatMap(name => {
      const own = of(kind)(name);
      if (!own.length) return [];
      const method = document.getElementById(name);
      const said = ids.length === 1 && method
        ? [...method.querySelectorAll("p")].map(one => one.cloneNode(true))
        : [make("p", {}, link("#" + name, "Méthode"))];
      return [make("h3", {}, indicators[name] + (kind === "c" ? "\u00a0: comparaisons" : "")), table(kind, own), ...said];
    }));
  }

  function show() {
    const asked = decodeURIComponent(location.hash.slice(1)), page = pages[asked];
    const ids = rows[asked] ? [asked] : page ? page[1].map(one => order[one]) : [];
    place.hidden = !ids.length;
    if (!ids.length) return;  // a place of the page itself, or nothing
    const told = rows[asked] ? Object.entries(pages).filter(([, [, own]]) => own.some(one => order[one] === asked)) : [[asked, page]];
    const head = make("h2", { tabindex: "-1" }, rows[asked] ? "D’où vient ce chiffre" : page[0]);
    const where = told.map(([name, [text]]) => make("li", {}, link(name.slice(5) + ".html", text),
      ...(rows[asked] ? [" (", link("#" + name, "tous ses chiffres"), ")"] : [])));
    place.replaceChildren(head, ...sections(ids), make("h3", {}, "Où il se lit"), make("ul", {}, ...where));
    document.title = head.textContent + " – " + title;
    head.focus();
    head.scrollIntoView();
  }
  window.addEventListener("hashchange", show);
  show();
})();
