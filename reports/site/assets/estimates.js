// The table of estimates: filters, sorting, and the shown rows as CSV. What leads in each report is loaded with the
// page; every further estimate of a report only when it is asked for.
(function () {
  "use strict";
  var PAGE = 100, MOST_REPORTS = 30;
  var FILTERS = ["outcome", "reform", "plan", "region", "period", "verdict", "sign"]; // region only where some report has any
  var form, words, root, language, status, body, more, head = [], further = {}, waiting = {}, titles = {};
  var columns = ["plan", "reform", "region", "period", "version", "standing", "simulated", "outcome", "estimate", "ci_low", "ci_high", "p", "unit", "verdict", "grade", "role", "id"];
  var shown = PAGE, current = [], order = { name: "", down: false }, only = "";

  window.pilotbook = {
    headlines: function (names, rows, meta) {
      titles = meta;
      head = rows.map(function (row) {
        var made = {};
        names.forEach(function (name, i) { made[name] = row[i]; });
        return finish(made);
      });
    },
    estimates: function (report, rows) { further[report] = rows; }
  };

  function finish(row) {
    row.sign = row.estimate === null ? "none" : row.estimate > 0 ? "positive" : row.estimate < 0 ? "negative" : "zero";
    row.report = row.plan + "/" + row.period + "/v" + row.version;
    return row;
  }
  function named(kind, id) {
    var known = (titles[kind] || {})[id];
    return known ? known[language] || known.en : (words[kind] || {})[id] || id;
  }
  function load(report) {
    waiting[report] = waiting[report] || new Promise(function (done) {
      var script = document.createElement("script");
      script.src = root + report.split("/").map(encodeURIComponent).join("/") + "/estimates.js";
      script.onload = script.onerror = function () { done(); };
      document.head.appendChild(script);
    });
    return waiting[report];
  }
  function all(report) {
    var lead = head.find(function (row) { return row.report === report; });
    return (further[report] || []).map(function (values) {
      var units = head.find(function (row) { return row.report === report && row.outcome === values[1]; });
      return finish({
        plan: lead.plan, reform: lead.reform, period: lead.period, version: lead.version, standing: lead.standing, simulated: lead.simulated,
        id: values[0], outcome: values[1], region: values[2], role: values[3], estimate: values[4], ci_low: values[5], ci_high: values[6],
        p: values[7], unit: units ? units.unit : values[8], verdict: values[9], grade: values[10]
      });
    });
  }

  function chosen() {
    var made = {};
    FILTERS.forEach(function (name) { made[name] = form.elements[name].value; });
    return made;
  }
  function matches(row, want, text, withOld) {
    if (!withOld && row.standing !== "current" && row.report !== only) { return false; }
    if (only && row.report !== only) { return false; }
    if (!FILTERS.every(function (name) { return !want[name] || String(row[name]) === want[name] || (name === "region" && want[name] === "-" && !row.region); })) { return false; }
    if (!text.length) { return true; }
    var plain = [row.id, row.plan, named("outcome", row.outcome), named("plan", row.plan), named("reform", row.reform), row.period].join(" ").toLowerCase();
    return text.every(function (word) { return plain.indexOf(word) >= 0; });
  }
  function select() {
    var want = chosen(), withOld = form.elements.old.checked;
    var text = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!form.elements.every.checked) { return Promise.resolve(head.filter(function (row) { return matches(row, want, text, withOld); })); }
    // What leads in a report is of all regions and has one sign; its other estimates need not.
    var wide = Object.assign({}, want, { region: "", sign: "" });
    var leading = head.filter(function (row) { return matches(row, wide, [], withOld); });
    var reports = Array.from(new Set(leading.map(function (row) { return row.report; })));
    if (reports.length > MOST_REPORTS) { return Promise.reject(reports.length); }
    return Promise.all(reports.map(load)).then(function () {
      var rows = [];
      reports.forEach(function (report) { rows = rows.concat(all(report)); });
      return rows.filter(function (row) { return matches(row, want, text, withOld); });
    });
  }

  function digits(row) {
    var scale = row.ci_low !== null && row.ci_high !== null ? (row.ci_high - row.ci_low) / 4 : row.estimate;
    return scale ? Math.min(Math.max(2 - Math.floor(Math.log10(Math.abs(scale))), 0), 6) : 2;
  }
  function number(value, places) {
    return value === null ? words.missing : value.toLocaleString(language === "zh" ? "zh-CN" : "en", { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
  }
  function cell(tag, text, title) {
    var made = document.createElement(tag);
    if (tag === "th") { made.scope = "row"; }
    made.textContent = text;
    if (title) { made.title = title; }
    return made;
  }
  function line(row) {
    var tr = document.createElement("tr"), places = digits(row), first = cell("th", named("outcome", row.outcome));
    var id = document.createElement("span");
    id.className = "id";
    id.textContent = row.id;
    first.append(id);
    var place = document.createElement("td"), link = document.createElement("a");
    link.href = root + row.report.split("/").map(encodeURIComponent).join("/") + "/" + language + "/index.html";
    link.textContent = named("plan", row.plan);
    place.append(link);
    if (row.simulated) {
      var mark = document.createElement("span");
      mark.className = "simulated";
      mark.textContent = words.simulated;
      place.append(" ", mark);
    }
    var interval = row.ci_low === null || row.ci_high === null ? words.missing : number(row.ci_low, places) + " … " + number(row.ci_high, places);
    var verdict = cell("td", "");
    verdict.append((words.signs[row.verdict] || "") + " " + (words.verdict[row.verdict] || ""));
    tr.append(first, place, cell("td", named("reform", row.reform)));
    if (form.elements.region) { tr.append(cell("td", row.region || words.everywhere)); }
    tr.append(cell("td", row.period + " v" + row.version + (row.standing === "current" ? "" : " (" + words.standing[row.standing] + ")")),
      cell("td", number(row.estimate, places)), cell("td", interval), cell("td", named("unit", row.unit)), verdict, cell("td", row.grade || ""));
    return tr;
  }
  function sorted(rows) {
    if (!order.name) { return rows; }
    var key = function (row) {
      var value = row[order.name];
      return order.name === "outcome" || order.name === "plan" || order.name === "reform" ? named(order.name, value) : value;
    };
    return rows.slice().sort(function (a, b) {
      var x = key(a), y = key(b);
      if (x === null || y === null) { return (x === null) - (y === null); }
      var by = typeof x === "number" ? x - y : String(x).localeCompare(String(y), language);
      return order.down ? -by : by;
    });
  }
  function draw() {
    var part = document.createDocumentFragment();
    current.slice(body.children.length, shown).forEach(function (row) { part.append(line(row)); });
    body.append(part);
    more.hidden = current.length <= shown;
  }
  function update() {
    select().then(function (rows) {
      current = sorted(rows);
      shown = PAGE;
      body.replaceChildren();
      draw();
      status.textContent = words.count.replace("{n}", current.length);
    }, function (reports) {
      current = [];
      body.replaceChildren();
      more.hidden = true;
      status.textContent = words.narrow.replace("{n}", reports).replace("{most}", MOST_REPORTS);
    });
  }

  function csv(rows) {
    function field(value) {
      if (value === null || value === undefined) { return ""; }
      if (typeof value === "string" && /^[=+\-@\t\r]/.test(value)) { value = "'" + value; }
      var text = String(value);
      return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    }
    var lines = [columns.join(",")].concat(rows.map(function (row) { return columns.map(function (name) { return field(row[name]); }).join(","); }));
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }
  function download() {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(current)], { type: "text/csv" }));
    link.download = "estimates.csv";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  function fill() {
    FILTERS.forEach(function (name) {
      var found = Array.from(new Set(head.map(function (row) { return String(row[name]); }).filter(Boolean)));
      if (name === "region") { found = found.concat(titles.regions || []); found = ["-"].concat(Array.from(new Set(found)).filter(Boolean)); }
      if (name === "verdict" || name === "sign") { found = Object.keys(words[name]).filter(function (id) { return found.indexOf(id) >= 0; }); }
      found.map(function (id) { return [id, id === "-" ? words.everywhere : named(name, id)]; })
        .sort(function (a, b) { return name === "verdict" || name === "sign" ? 0 : name === "period" ? b[1].localeCompare(a[1]) : a[1].localeCompare(b[1], language); })
        .forEach(function (pair) { form.elements[name].add(new Option(pair[1], pair[0])); });
    });
  }
  function remember() {
    var address = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (value) { address.set(name, value); } });
    try { history.replaceState(null, "", "?" + address); } catch (error) { /* some browsers forbid it in a folder */ }
    document.dispatchEvent(new Event("pilotbook:address"));
  }
  function recall() {
    var address = new URLSearchParams(location.search);
    address.forEach(function (value, name) {
      var control = form.elements[name];
      if (control && control.type === "checkbox") { control.checked = true; } else if (control && control.tagName) { control.value = value; }
    });
    only = address.get("report") || "";
    if (only) { form.elements.every.checked = true; form.elements.old.checked = true; }
  }

  document.addEventListener("DOMContentLoaded", function () {
    form = document.getElementById("estimate-filters");
    FILTERS = FILTERS.filter(function (name) { return form.elements[name]; });
    words = JSON.parse(form.getAttribute("data-words"));
    root = form.getAttribute("data-root") + "/";
    language = form.getAttribute("data-language");
    status = document.getElementById("estimate-status");
    body = document.querySelector("#estimates tbody");
    more = document.getElementById("more");
    fill();
    recall();
    form.addEventListener("input", function () { only = ""; remember(); update(); });
    form.addEventListener("reset", function () { only = ""; setTimeout(function () { remember(); update(); }, 0); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    document.getElementById("download").addEventListener("click", download);
    more.addEventListener("click", function () { shown += PAGE; draw(); });
    document.querySelectorAll("#estimates [data-sort]").forEach(function (button) {
      button.addEventListener("click", function () {
        var name = button.getAttribute("data-sort");
        order = { name: name, down: order.name === name && !order.down };
        document.querySelectorAll("#estimates th[scope=col]").forEach(function (th) { th.setAttribute("aria-sort", "none"); });
        button.parentElement.setAttribute("aria-sort", order.down ? "descending" : "ascending");
        update();
      });
    });
    update();
  });
}());
