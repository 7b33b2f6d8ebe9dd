// The site's only script: a search among its pages. It asks nothing from outside; its index is a
// file beside it, which a page opened from a disk may load too. Without it pages are whole.
(() => {
  "use strict";
  const here = document.currentScript, root = here.dataset.root;
  const SMALL = new Set("a au aux d de des du en et l la le les par pour s sur un une".split(" "));
  const SHOWN = 12;

  // without accents, case, or the mark of a plural
  const fold = text => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "")
    .replace(/œ/g, "oe").replace(/æ/g, "ae");
  const single = word => word.length < 4 ? word : word.endsWith("eaux") ? word.slice(0, -1)
    : word.endsWith("aux") ? word.slice(0, -3) + "al" : word.replace(/[sx]$/, "");
  const words = text => (fold(text).match(/[a-z0-9]+/g) || []).map(single);

  let pages = null;
  const load = () => new Promise((done, failed) => {
    if (pages) return done();
    const script = document.createElement("script");
    script.src = root + "search-index.js";
    script.onload = () => {
      pages = window.searchIndex.map(([address, title, lang, sections, terms]) => ({
        address, title, lang, words: words(title),
        sections: sections.map(([anchor, text]) => ({ anchor, text, words: words(text) })),
        terms: terms.map(text => ({ text, words: words(text) })),
      }));
      done();
    };
    script.onerror = failed;
    document.head.append(script);
  });

  const holds = (list, word) => list.some(one => one === word) ? 2 : list.some(one => one.startsWith(word)) ? 1 : 0;
  const all = (list, wanted) => wanted.every(word => holds(list, word));
  const weight = (list, wanted) => wanted.reduce((sum, word) => sum + holds(list, word), 0) / (1 + list.length / 8);

  // one answer a page: its title, or else the best of its headings, or of the terms it shows
  function answer(page, wanted) {
    const title = { ...page, section: "", score: 0 };
    if (all(page.words, wanted)) return { ...title, score: 100 + weight(page.words, wanted) };
    const best = (list, base) => list.filter(one => all([...page.words, ...one.words], wanted))
      .map(one => ({ ...one, score: base + weight(one.words, wanted) }))
      .sort((a, b) => b.score - a.score)[0];
    const section = best(page.sections, 50), term = best(page.terms, 20);
    if (section) return { ...title, address: `${page.address}#${section.anchor}`, section: section.text, score: section.score };
    if (term) return { ...title, section: term.text, score: term.score };
    const every = [page.words, ...page.sections.map(one => one.words), ...page.terms.map(one => one.words)].flat();
    return all(every, wanted) ? { ...title, score: 1 } : null;
  }

  function found(text) {
    const given = words(text), full = given.filter(word => !SMALL.has(word));
    const wanted = full.length ? full : given;
    if (!wanted.length || text.trim().length < 2) return null;
    return pages.map(page => answer(page, wanted)).filter(Boolean).sort((a, b) => b.score - a.score);
  }

  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  };

  function begin() {
    const input = make("input", { type: "search", id: "recherche", autocomplete: "off", "aria-controls": "trouvailles" });
    const list = make("div", { class: "found", id: "trouvailles" });
    const told = make("p", { class: "told", role: "status" });
    const box = make("div", { class: "search", role: "search" }, make("label", { for: "recherche" }, "Rechercher"), input, told, list);
    const place = document.querySelector("header.site");
    if (place) place.append(box); else document.querySelector("main").prepend(box);

    const show = () => {
      const answers = pages && found(input.value);
      list.replaceChildren();
      if (!answers) return told.textContent = "";
      const count = answers.length;
      told.textContent = count > 1 ? `${count} pages trouvées` : count ? "1 page trouvée" : "Aucune page trouvée";
      if (!count) return list.append(make("p", {}, "Aucune page trouvée : essayez un autre mot."));
      list.append(make("ol", {}, ...answers.slice(0, SHOWN).map(one => {
        const link = make("a", { href: root + one.address, ...(one.lang ? { lang: one.lang } : {}) }, one.title);
        return make("li", {}, link, ...(one.section ? [make("small", one.lang ? { lang: one.lang } : {}, one.section)] : []));
      })));
      if (count > SHOWN) list.append(make("p", {}, `et ${count - SHOWN} autres pages : précisez votre recherche.`));
    };
    const ask = () => load().then(show, () => { told.textContent = "La recherche n’a pas pu être chargée."; });
    input.addEventListener("focus", ask);
    input.addEventListener("input", ask);
    box.addEventListener("keydown", event => {
      if (event.key !== "Escape") return;
      input.value = "";
      show();
      input.focus();
    });
    document.addEventListener("click", event => { if (!box.contains(event.target)) list.replaceChildren(); });
  }
  begin();
})();
