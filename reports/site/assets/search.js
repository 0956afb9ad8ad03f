// The search page. The index lies in script files, because a page opened from a folder may load nothing else; only the
// parts that a query needs are loaded. Queries are cut into terms as site/terms.py cuts the texts.
(function () {
  "use strict";
  var STOP = new Set(("a an and are as at be by for from has have in is it its no not of on or that the this to was were which with").split(" "));
  var LONGEST = 24, PAGE = 10, LATIN = /[a-z0-9]+/g, CHINESE = /[㐀-鿿豈-﫿]+/g;
  var PATH = 0, TITLE = 1, KIND = 2, STANDING = 3, NOTE = 4, TEXT = 5, SECTIONS = 6;
  var documents = [], shards = {}, waiting = {}, names = new Set(), texts = {};
  var form, box, old, status, list, more, root, language, kinds, shown = PAGE, found = [], asked = 0;

  window.pilotbook = {
    documents: function (all, shardNames) { documents = all; names = new Set(shardNames); },
    shard: function (name, terms) { shards[name] = terms; },
    text: function (name, sections) { texts[name] = sections; }
  };

  function fold(text) { return text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, ""); }
  function worthKeeping(word) {
    if (/^\d+$/.test(word)) { return word.length === 4 && Number(word) >= 1900 && Number(word) < 2200; }
    return word.length > 1 && !STOP.has(word);
  }
  function pairs(run) {
    var out = [];
    for (var i = 0; i + 1 < run.length; i += 1) { out.push(run.slice(i, i + 2)); }
    return out.length ? out : [run];
  }
  function terms(text) {
    var plain = fold(text);
    var latin = (plain.match(LATIN) || []).filter(worthKeeping).map(function (word) { return word.slice(0, LONGEST); });
    var chinese = [];
    (plain.match(CHINESE) || []).forEach(function (run) { chinese = chinese.concat(pairs(run)); });
    return Array.from(new Set(latin.concat(chinese)));
  }
  function shardOf(term) {
    return /^[a-z0-9]+$/.test(term) ? term.slice(0, 2) : "u" + (term.codePointAt(0) % 128);
  }

  function load(path) {
    waiting[path] = waiting[path] || new Promise(function (done) {
      var script = document.createElement("script");
      script.src = root + path;
      script.onload = script.onerror = function () { done(); };
      document.head.appendChild(script);
    });
    return waiting[path];
  }
  function loadShard(term) {
    var name = shardOf(term);
    return names.has(name) ? load("search/" + language + "/" + name + ".js") : Promise.resolve();
  }

  // Pages of a term with their weights; a Latin word stands for all that begin with it, its own spelling counting most.
  function pagesOf(term) {
    var shard = shards[shardOf(term)] || {}, latin = /^[a-z0-9]+$/.test(term), weights = new Map();
    var matching = Object.keys(shard).filter(function (known) {
      return known === term || (known.startsWith(term) && (latin || term.length === 1));
    });
    matching.forEach(function (known) {
      var list = shard[known], page = 0, factor = known === term ? 1 : 0.6;
      for (var i = 0; i < list.length; i += 2) {
        page += list[i];
        weights.set(page, Math.max(weights.get(page) || 0, list[i + 1] * factor));
      }
    });
    return weights;
  }
  function rank(query, withOld) {
    var each = query.map(pagesOf), scores = new Map();
    each.forEach(function (weights) {
      var rarity = Math.log(1 + documents.length / (1 + weights.size));
      weights.forEach(function (weight, page) {
        var known = scores.get(page) || { hits: 0, score: 0 };
        scores.set(page, { hits: known.hits + 1, score: known.score + weight * rarity });
      });
    });
    var all = [];
    scores.forEach(function (value, page) {
      var standing = documents[page][STANDING];
      if (standing !== "current" && !withOld) { return; }
      all.push({ page: page, hits: value.hits, score: value.score * (standing === "current" ? 1 : 0.3) });
    });
    var complete = all.filter(function (one) { return one.hits === query.length; });
    var best = complete.length ? complete : all;
    best.sort(function (a, b) { return b.hits - a.hits || b.score - a.score || a.page - b.page; });
    return { pages: best, complete: complete.length > 0 || all.length === 0 };
  }

  function marked(text, query) {
    var out = document.createDocumentFragment(), plain = text.toLowerCase(), at = 0;
    while (at < text.length) {
      var next = -1, length = 0;
      query.forEach(function (term) {
        var i = plain.indexOf(term, at);
        if (i >= 0 && (next < 0 || i < next || (i === next && term.length > length))) { next = i; length = term.length; }
      });
      if (next < 0) { break; }
      out.append(text.slice(at, next));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(next, next + length);
      out.append(mark);
      at = next + length;
    }
    out.append(text.slice(at));
    return out;
  }
  function around(text, query) {
    var plain = text.toLowerCase(), first = text.length;
    query.forEach(function (term) { var i = plain.indexOf(term); if (i >= 0) { first = Math.min(first, i); } });
    var start = first === text.length ? 0 : Math.max(0, first - 60);
    return (start ? "…" : "") + text.slice(start, start + 220) + (text.length > start + 220 ? "…" : "");
  }
  function bestSection(sections, query) {
    var best = null, most = -1;
    sections.forEach(function (section) {
      var plain = (section[1] + " " + section[2]).toLowerCase(), hits = 0;
      query.forEach(function (term) { hits += plain.indexOf(term) >= 0 ? 1 : 0; });
      if (hits > most) { most = hits; best = section; }
    });
    return best;
  }

  function item(one, query) {
    var entry = documents[one.page], li = document.createElement("li"), heading = document.createElement("h2");
    var link = document.createElement("a"), about = document.createElement("p"), quote = document.createElement("p");
    link.href = root + entry[PATH];
    link.append(marked(entry[TITLE], query));
    heading.append(link);
    about.className = "kind";
    about.textContent = [kinds[entry[KIND]] || entry[KIND], entry[NOTE]].filter(Boolean).join(" · ");
    quote.append(marked(around(entry[TEXT], query), query));
    li.append(heading, about, quote);
    if (entry[SECTIONS]) {
      load(entry[SECTIONS]).then(function () {
        var section = bestSection(texts[entry[SECTIONS].replace(/\/text\.js$/, "")] || [], query);
        if (!section) { return; }
        if (section[0]) { link.href = root + entry[PATH] + "#" + section[0]; }
        quote.replaceChildren(section[1] ? section[1] + ": " : "", marked(around(section[2], query), query));
      });
    }
    return li;
  }
  function say(name, query, number) {
    status.textContent = status.getAttribute("data-" + name).replace("{query}", query).replace("{n}", number);
  }
  function show(query) {
    var page = document.createDocumentFragment();
    found.slice(list.children.length, shown).forEach(function (one) { page.append(item(one, query)); });
    list.append(page);
    more.hidden = found.length <= shown;
    more.onclick = function () {
      var next = list.children.length;
      shown += PAGE;
      show(query);
      list.children[next].querySelector("a").focus();
    };
  }
  function search() {
    var text = box.value.trim(), query = terms(text), turn = asked += 1, start = performance.now();
    list.replaceChildren();
    more.hidden = true;
    shown = PAGE;
    if (!text) { say("empty", "", 0); return Promise.resolve(); }
    return Promise.all(query.map(loadShard)).then(function () {
      if (turn !== asked) { return; }
      var result = rank(query, old.checked);
      found = result.pages;
      say(!found.length ? "none" : result.complete ? "some" : "any", text, found.length);
      list.replaceChildren();
      show(query);
      list.setAttribute("data-milliseconds", String(Math.round(performance.now() - start)));
    });
  }
  function remember() {
    var address = new URLSearchParams();
    if (box.value.trim()) { address.set("q", box.value.trim()); }
    if (old.checked) { address.set("old", "1"); }
    try { history.replaceState(null, "", "?" + address); } catch (error) { /* some browsers forbid it in a folder */ }
    document.dispatchEvent(new Event("pilotbook:address"));
  }

  document.addEventListener("DOMContentLoaded", function () {
    form = document.getElementById("search-form");
    box = document.getElementById("query");
    old = document.getElementById("with-old");
    status = document.getElementById("search-status");
    list = document.getElementById("results");
    more = document.getElementById("more");
    root = list.getAttribute("data-root") + "/";
    kinds = JSON.parse(list.getAttribute("data-kinds"));
    language = document.documentElement.lang.slice(0, 2);
    var address = new URLSearchParams(location.search), timer;
    box.value = address.get("q") || "";
    old.checked = address.has("old");
    function soon() { clearTimeout(timer); timer = setTimeout(function () { remember(); search(); }, 120); }
    box.addEventListener("input", soon);
    old.addEventListener("change", soon);
    form.addEventListener("submit", function (event) { event.preventDefault(); clearTimeout(timer); remember(); search(); });
    search();
    if (!box.value) { box.focus(); }
  });
}());
