// Shows on a report which versions there are and whether a newer one stands. The report itself never changes; this
// file does. It is loaded by a report that lies in a release's place on the site, and finds its own way by its address.
(function () {
  "use strict";
  var known = /*VERSIONS*/{};
  var words = {
    en: {
      site: "All versions of this evaluation", version: "Version", current: "current", superseded: "superseded",
      withdrawn: "withdrawn", about: "About this version", bar: "Versions of this report",
      isSuperseded: "This version has been superseded.", isWithdrawn: "This report was withdrawn.",
      noNewer: "No later version is in force.", read: "Read version", other: "中文"
    },
    zh: {
      site: "本评估的全部版本", version: "版本", current: "现行", superseded: "已被替代", withdrawn: "已撤回",
      about: "关于本版本", bar: "本报告的各版本", isSuperseded: "本版本已被新版本替代。", isWithdrawn: "本报告已撤回。",
      noNewer: "目前没有有效的新版本。", read: "阅读版本", other: "English"
    }
  };
  var names = { c: "current", s: "superseded", w: "withdrawn" };
  var script = document.currentScript;
  var place = /\/([^/]+)\/([^/]+)\/v([1-9]\d*)\/([a-z]{2})\/report\.html$/.exec(decodeURIComponent(location.pathname));
  if (!script || !place) { return; }
  var root = script.src.replace(/[^/]*$/, "");
  var plan = place[1], period = place[2], number = Number(place[3]), language = place[4];
  var say = words[language] || words.en;
  var standings = ((known.standings || {})[plan] || {})[period];
  if (!standings) { return; }

  function element(name, attributes, children) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    [].concat(children || []).forEach(function (child) {
      made.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return made;
  }
  function address(version, tongue) {
    var name = plan + "/" + period + "/v" + version;
    var has = (known.pages || {})[name] || ["en", "zh"];
    var page = has.indexOf(tongue) >= 0 ? "report.html" : "index.html";
    return root + name.split("/").map(encodeURIComponent).join("/") + "/" + tongue + "/" + page;
  }
  function standing(version) { return names[standings.charAt(version - 1)]; }

  function switcher() {
    var items = [];
    for (var version = standings.length; version >= 1; version -= 1) {
      if (!standing(version)) { continue; }
      var here = version === number;
      var text = say.version + " " + version + " (" + say[standing(version)] + ")";
      items.push(element("li", {}, element("a", here ? { href: address(version, language), "aria-current": "page" }
        : { href: address(version, language) }, text)));
    }
    var other = language === "zh" ? "en" : "zh";
    return element("nav", { "class": "pilotbook-versions", "aria-label": say.bar }, [
      element("a", { href: root + (language === "zh" ? "zh/" : "") + encodeURIComponent(plan) + "/index.html" }, say.site),
      element("details", {}, [element("summary", {}, say.version + " " + number + " (" + say[standing(number)] + ")"),
        element("ul", {}, items)]),
      element("a", { href: root + [plan, period, "v" + number, language, "index.html"].map(encodeURIComponent).join("/") }, say.about),
      element("a", { href: address(number, other), hreflang: other === "zh" ? "zh-CN" : "en", lang: other === "zh" ? "zh-CN" : "en" }, say.other)
    ]);
  }
  function banner() {
    if (standing(number) === "current" || !standing(number)) { return null; }
    var gone = standing(number) === "withdrawn";
    var newest = standings.lastIndexOf("c") + 1;
    var reason = (known.withdrawn || {})[plan + "/" + period + "/v" + number];
    var text = [element("strong", {}, gone ? say.isWithdrawn : say.isSuperseded), " "];
    if (gone && reason) { text.push(reason + " "); }
    text.push(newest ? element("a", { href: address(newest, language) }, say.read + " " + newest) : say.noNewer);
    return element("aside", { "class": "pilotbook-banner", "aria-label": gone ? say.withdrawn : say.superseded }, text);
  }
  function style() {
    return element("style", {}, ".pilotbook-versions{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;align-items:baseline;padding:.5rem 1.5rem;" +
      "font-size:.92rem;background:#f4f6f8;border-bottom:1px solid #d3dae1;color:#1f2933}.pilotbook-versions a{color:#0f4c81}" +
      ".pilotbook-versions summary{cursor:pointer}.pilotbook-versions ul{margin:.3rem 0;padding:0 0 0 1.1rem}" +
      ".pilotbook-banner{padding:.7rem 1.5rem;background:#fdf0f0;color:#8b1a1a;border-bottom:2px solid #a32020}.pilotbook-banner a{color:#0f4c81}" +
      "@media(prefers-color-scheme:dark){.pilotbook-versions{background:#1d242c;border-color:#38434e;color:#e3e8ed}" +
      ".pilotbook-versions a,.pilotbook-banner a{color:#8cc0f2}.pilotbook-banner{background:#351b1e;color:#ff9d9d;border-color:#ff9d9d}}" +
      "@media print{.pilotbook-versions{display:none}.pilotbook-banner{border:2px solid #a32020;color:#8b1a1a;background:#fff}}");
  }
  function show() {
    document.head.appendChild(style());
    var skip = document.querySelector("body > .skip");
    var after = skip ? skip.nextSibling : document.body.firstChild;
    var note = banner();
    document.body.insertBefore(switcher(), after);
    if (note) { document.body.insertBefore(note, after); }
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", show); } else { show(); }
}());
