// On every page: the switch of languages keeps the place on the page, wide code is reached by the keyboard, and
// lists and tables that were marked for it get a filter.
(function () {
  "use strict";

  function keepPlace() {
    var link = document.querySelector("a.language");
    if (!link) { return; }
    var plain = link.getAttribute("href");
    function follow() { link.setAttribute("href", plain + location.search + location.hash); }
    window.addEventListener("hashchange", follow);
    window.addEventListener("popstate", follow);
    document.addEventListener("pilotbook:address", follow);
    follow();
  }

  function reachWideCode() {
    document.querySelectorAll("pre").forEach(function (block) {
      if (block.scrollWidth > block.clientWidth) { block.tabIndex = 0; }
    });
  }

  function filter(form) {
    var target = document.getElementById(form.getAttribute("data-filters"));
    var rows = Array.from(target.querySelectorAll("tbody tr, [data-row]"));
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
    var count = form.querySelector("[data-filter-count]");
    function apply() {
      var words = form.querySelector("[data-filter-text]").value.toLowerCase().split(/\s+/).filter(Boolean);
      var hidden = Array.from(form.querySelectorAll("[data-filter-hide]:checked")).map(function (box) {
        return box.getAttribute("data-filter-hide");
      });
      var shown = 0;
      rows.forEach(function (row, i) {
        var on = words.every(function (word) { return texts[i].indexOf(word) >= 0; }) &&
          !hidden.some(function (name) { return row.classList.contains(name); });
        row.hidden = !on;
        shown += on ? 1 : 0;
      });
      count.textContent = count.getAttribute("data-words").replace("{shown}", shown).replace("{all}", rows.length);
    }
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    apply();
  }

  keepPlace();
  reachWideCode();
  window.addEventListener("resize", reachWideCode);
  document.querySelectorAll("form[data-filters]").forEach(filter);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("main details").forEach(function (box) { box.open = true; });
  });
}());
