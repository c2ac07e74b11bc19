// The desk: shows one question, takes a decision by a key or a button, and shows the next once it is on the disk.
"use strict";
(() => {
  const { words, labels, comb, idComb } = PAGE;
  const $ = (selector) => document.querySelector(selector);
  const say = (name, ...values) => values.reduce((text, value, i) => text.replaceAll(`{${i}}`, () => value), words[name]);
  const token = new URLSearchParams(location.search).get("token");
  const answer = $("#answer");
  const ENTER = "set", DIGIT = /^[0-9]$/;

  let asked = null;    // the question that is shown
  let cells = null;    // the characters in its comb, or null where it is typed as text
  let at = null;       // the cell that a digit changes, null before anything was typed
  let typed = false;   // whether a text is being typed: then letters are letters
  let other = "";      // what Space swaps in
  let sure = null;     // what was warned of: Enter once more keeps it
  let busy = false, wholeOpen = false;
  const pictures = new Map();

  async function call(path, body) {
    const options = { headers: { "X-Desk-Token": token }, cache: "no-store" };
    if (body) Object.assign(options, { method: "POST", body: JSON.stringify(body) });
    try {
      return await fetch(path, options);
    } catch {
      tell(words.gone_desk);
      return null;
    }
  }
  const tell = (text) => { $("#told").textContent = text; };
  const speak = (text) => { $("#live").textContent = text; };

  // Pictures come ahead of their questions; the last few are kept.
  function picture(n, of) {
    const key = `${n} ${of}`;
    if (!pictures.has(key)) {
      pictures.set(key, call(`/picture?n=${n}&of=${of}`).then(async (reply) =>
        reply?.ok ? URL.createObjectURL(await reply.blob()) : ""));
      if (pictures.size > 12) {
        const [oldest, url] = pictures.entries().next().value;
        pictures.delete(oldest);
        url.then((place) => place && URL.revokeObjectURL(place));
      }
    }
    return pictures.get(key);
  }
  async function place(figure, n, of, shown) {
    const url = await picture(n, of);
    if (asked?.n !== n) return;
    figure.hidden = !url;
    if (url) {
      const image = figure.querySelector("img");
      image.onload = () => shown?.(image);
      image.src = url;
    }
  }

  // A comb: sign, whole digit, decimal places; that of an id has digits alone. A reading that does not fit is a text.
  const layout = () => (asked.kind === "id" ? idComb : comb);
  function split(text) {
    const size = layout().middles.length;
    const found = layout().signed ? text.match(/^(-|\?(?=[0-9?])|)([0-9?]?)(?:\.([0-9?]*))?$/) : text.match(/^()()([0-9?]*)$/);
    if (!found) return null;
    const all = layout().signed ? [found[1], found[2], ...(found[3] ?? "")] : [...found[3]];
    return all.length > size ? null : [...all, ...Array(size - all.length).fill("")];
  }
  function joined() {
    if (!cells) return answer.value;
    const first = layout().signed ? 2 : 0;
    let last = cells.length;
    while (last > first && !cells[last - 1]) last--;
    const digits = cells.slice(first, last).map((char) => char || "?").join("");
    return cells.slice(0, first).join("") + (first && digits ? "." : "") + digits;
  }
  function draw() {
    const shown = $("#cells");
    shown.hidden = !cells;
    shown.replaceChildren();
    (cells ?? []).forEach((char, i) => {
      const span = document.createElement("span");
      span.textContent = char === "-" ? "−" : char || "·";
      span.style.left = `${layout().middles[i]}%`;
      span.classList.toggle("none", !char);
      span.classList.toggle("doubtful", i === asked.doubtful);
      span.classList.toggle("here", i === at);
      shown.append(span);
    });
    if (cells) answer.value = joined();
    $("#second").textContent = other ? say("second", other) : "";
    $("#do-swap").disabled = !other;
  }
  function put(text) {
    cells = asked.combed || asked.kind === "id" ? split(text) : null;
    at = null;
    typed = false;
    answer.value = text;
    draw();
  }
  const changed = () => { sure = null; tell(""); draw(); speak(joined()); };

  function label() {
    if (asked.kind === "page") return words.what_page;
    if (asked.kind === "missing") return say("page_gone", asked.page, asked.items.length);
    return asked.kind === "id" ? words.student_id : labels[asked.item]?.spoken ?? asked.item;
  }
  function heading() {
    const { place: where = "" } = labels[asked.item] ?? {};
    const whose = asked.paper ? say("paper", asked.paper) : asked.student ? say("student", asked.student) : "";
    const page = asked.kind === "page" ? asked.item.slice(5) : asked.page && asked.kind !== "missing" ? say("page_of", asked.page) : "";
    $("#where").textContent = [whose, page, where].filter(Boolean).join(" · ");
    const name = labels[asked.item]?.name;
    $("#what").setAttribute("aria-label", label());
    if (name) $("#what").innerHTML = name; // MathML of the program's own making
    else $("#what").textContent = label();
  }
  const inWords = (text) => (text === "" ? words.blank_text : text.startsWith("?") ? words.unreadable_text : text);

  function show(reply) {
    $("#left").textContent = reply.left === 1 ? words.one_left : say("left", reply.left);
    $("#behind").hidden = !reply.behind;
    $("#do-back").disabled = !reply.back;
    $("#behind").textContent = reply.behind ? say("behind", reply.behind) : "";
    if (reply.summary) return finish(reply);
    asked = reply;
    sure = null;
    other = asked.second;
    tell("");
    $("#question").hidden = false;
    $("#done").hidden = true;
    heading();
    const kind = asked.kind, gone = kind === "missing";
    $("#why").textContent = [
      asked.why && say("written", asked.why), gone && words.gone_hint, kind === "id" && words.id_hint,
      !asked.read && (kind === "cell" || kind === "id") && words.empty,
    ].filter(Boolean).join(" ");
    answer.readOnly = gone;
    put(asked.decided !== null && asked.decided !== "" && !asked.decided.startsWith("?") ? asked.decided : asked.read);
    const doubt = cells && asked.doubtful !== null;
    $("#doubtful").textContent = doubt ? (cells[asked.doubtful] ? say("doubtful", cells[asked.doubtful]) : words.doubtful_empty) : "";
    $("#decided").textContent = asked.decided === null ? "" : say("decided", inWords(asked.decided));
    $("#do-take").disabled = gone;
    $("#do-sign").hidden = !(cells && layout().signed);
    $("#do-text").hidden = !cells;
    $("#do-blank").hidden = kind === "page" || kind === "id";
    $("#do-foreign").hidden = kind !== "page";
    $("#do-swap").hidden = kind === "page" || gone || kind === "written";
    $("#do-page").hidden = !asked.picture || kind === "page";
    const crop = $("#crop");
    crop.querySelector("img").hidden = !asked.crop;
    crop.hidden = !asked.crop && !cells;
    crop.style.width = cells ? `${layout().width}mm` : "";
    if (asked.crop) place(crop, asked.n, "crop", (image) => {
      crop.hidden = false;
      // without a comb: three times as large as a scan of 200 dpi has it
      if (!cells) crop.style.width = `${(image.naturalWidth / 200) * 25.4 * 3}mm`;
    });
    wholeOpen = Boolean(asked.picture) && !asked.crop;
    whole();
    if (asked.ahead !== null) picture(asked.ahead, "crop");
    answer.focus({ preventScroll: true });
    answer.setSelectionRange(answer.value.length, answer.value.length);
    speak([$("#left").textContent, $("#where").textContent, label(), $("#why").textContent, joined(),
      $("#doubtful").textContent, $("#second").textContent].filter(Boolean).join(". "));
    document.documentElement.dataset.n = asked.n; // for who drives the page
  }
  function whole() {
    $("#whole").hidden = !wholeOpen;
    $("#do-page").setAttribute("aria-pressed", wholeOpen);
    if (wholeOpen) place($("#whole"), asked.n, "page");
  }
  function summary(of) {
    $("#summary").replaceChildren();
    for (const [name, value] of [["seen", of.seen], ["changed", of.changed], ["left_over", of.left], ["minutes", of.minutes]]) {
      const term = document.createElement("dt"), told = document.createElement("dd");
      term.textContent = words[name];
      told.textContent = value;
      $("#summary").append(term, told);
    }
    $("#audit").textContent = of.audited ? say("audit_told", of.audited, of.disagreements, of.bound) : words.audit_none;
  }
  function finish(reply) {
    asked = null;
    document.documentElement.dataset.n = reply.ended ? "ended" : "done";
    $("#question").hidden = true;
    $("#done").hidden = false;
    $("#done-heading").textContent = reply.ended ? words.ended : words.done;
    summary(reply.summary);
    if (reply.ended) for (const name of ["back", "marks", "end"]) if ($(`#do-${name}`)) $(`#do-${name}`).disabled = true;
    $("#done").focus();
    speak($("#done").textContent);
  }

  async function decide(action) {
    if (busy || !asked) return;
    busy = true;
    const text = joined().trim();
    const reply = await call("/decide", { n: asked.n, action, text, sure: sure === text });
    busy = false;
    if (!reply) return;
    const said = await reply.json().catch(() => ({ told: words.gone_desk }));
    if (reply.ok) return show(said);
    tell(said.told);
    sure = said.sure ? text : null;
    answer.focus();
  }
  async function back() {
    if (busy) return;
    const reply = await call(`/back?n=${asked ? asked.n : ""}`);
    if (reply?.ok) show(await reply.json());
  }
  function swap() {
    if (!other) return;
    const now = joined();
    put(other);
    other = now;
    changed();
  }
  function sign() {
    if (!cells || !layout().signed) return;
    cells[0] = cells[0] === "-" ? "" : "-";
    changed();
  }
  function asText(text) {
    cells = null;
    typed = true;
    answer.value = text;
    changed();
    answer.focus();
  }
  function digit(key) {
    const first = layout().signed ? 1 : 0;
    if (at === null) {
      cells = cells.map((char, i) => (i < first && char !== "?" ? char : ""));
      at = first;
    }
    at = Math.max(at, first);
    if (at >= cells.length) return;
    cells[at] = key;
    at += 1;
    changed();
  }
  function move(step) {
    const doubt = asked.doubtful ?? (step > 0 ? 0 : cells.length - 1);
    at = at === null ? doubt : Math.min(Math.max(at + step, 0), cells.length - 1);
    draw();
    speak(cells[at] || words.blank_text);
  }
  function erase(step) {
    if (at === null) at = cells.length;
    if (step < 0) at = Math.max(at - 1, 0);
    if (at < cells.length) cells[at] = "";
    changed();
  }
  const again = () => { other = asked.second; put(asked.read); changed(); };
  const page = () => { if (asked?.picture) { wholeOpen = !wholeOpen; whole(); } };
  const help = () => $("#help").showModal();

  const DO = {
    take: () => decide(ENTER), swap, sign, blank: () => decide("blank"), unreadable: () => decide("unreadable"),
    foreign: () => decide("foreign"), page, text: () => asText(joined()), back, help, marks: () => openMarks(), end,
  };
  const KEYS = { b: "blank", x: "unreadable", p: "page", t: "text", z: "back", n: "foreign", m: "marks", "?": "help" };

  function inComb(key) {
    if (DIGIT.test(key)) digit(key);
    else if (key === "ArrowLeft" || key === "ArrowRight") move(key === "ArrowLeft" ? -1 : 1);
    else if (key === "Backspace" || key === "Delete") erase(key === "Backspace" ? -1 : 0);
    else if (key === "-" || key === "−") sign();
    else if (key === "." || key === ",") { if (layout().signed) at = Math.max(at ?? 2, 2); draw(); }
    else return false;
    return true;
  }
  function command(key) {
    const name = KEYS[key.toLowerCase()];
    if (!name || $(`#do-${name}`)?.hidden !== false || $(`#do-${name}`).disabled) return false;
    DO[name]();
    return true;
  }
  function pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if ($("#help").open || target.closest?.("#marks")) return;
    if (target.tagName === "BUTTON" && (key === "Enter" || key === " ")) return;
    if (!asked) return void (/^[zm?]$/i.test(key) && (key.toLowerCase() === "z" ? back() : command(key)) && event.preventDefault());
    let done = true;
    if (key === "Enter") { if (!event.repeat && !answer.readOnly) decide(ENTER); }
    else if (key === "Escape") again();
    else if (typed) done = false;
    else if (event.repeat && key.length === 1) done = true;
    else if (key === " ") swap();
    else if (cells && inComb(key)) done = true;
    else if (command(key)) done = true;
    else if (!cells && !answer.readOnly && (/^[-−+.,0-9]$/.test(key) || key.startsWith("Arrow") || key === "Backspace")) {
      typed = true; // from here on the box is a usual one
      if (key.length === 1) answer.value = "";
      answer.focus();
      done = false;
    } else done = key.length === 1;
    if (done) event.preventDefault();
  }
  document.addEventListener("keydown", pressed);
  answer.addEventListener("beforeinput", (event) => {
    if (cells && event.inputType === "insertFromPaste") { event.preventDefault(); asText((event.data ?? "").trim()); }
    else if (cells) event.preventDefault();
  });
  answer.addEventListener("input", () => { typed = true; sure = null; tell(""); });
  for (const [name, does] of Object.entries(DO)) {
    $(`#do-${name}`)?.addEventListener("click", () => {
      does();
      if (!["help", "marks", "end"].includes(name)) answer.focus({ preventScroll: true });
    });
  }
  $("#do-close").addEventListener("click", () => $("#help").close());
  $("#help").addEventListener("close", () => answer.focus({ preventScroll: true }));

  async function end() {
    const reply = await call("/end", {});
    if (reply?.ok) finish(await reply.json());
  }

  // Decisions on marks.
  const form = $("#marks-form");
  const field = (name) => form.elements.namedItem(name);
  async function openMarks() {
    const section = $("#marks");
    section.hidden = !section.hidden;
    $("#do-marks").setAttribute("aria-expanded", !section.hidden);
    if (section.hidden) return void answer.focus({ preventScroll: true });
    const reply = await call("/marks");
    if (reply) list(await reply.json());
    if (asked && labels[asked.item]) field("item").value = asked.item;
    field("student").focus();
  }
  function list(said) {
    $("#marks-told").textContent = said.told ?? "";
    if (said.told) return;
    $("#students").replaceChildren(...said.students.map((id) => new Option(id, id)));
    const rows = said.decisions.map(([student, item, marks, reason, by, when]) => {
      const row = document.createElement("li"), undo = document.createElement("button");
      row.textContent = `${student}, ${item}: ${marks} (${[reason, by && `${words.by} ${by}`, when && `${words.when} ${when}`].filter(Boolean).join(", ")})`;
      undo.textContent = words.take_back;
      undo.setAttribute("aria-label", `${words.take_back}: ${student}, ${item}`);
      undo.addEventListener("click", async () => {
        const reply = await call("/marks", { student, item, take_back: "yes" });
        if (reply) list(await reply.json());
        field("student").focus();
      });
      row.append(undo);
      return row;
    });
    $("#marks-list").replaceChildren(...rows);
    if (!rows.length) $("#marks-told").textContent = words.marks_none;
  }
  if (form) {
    for (const [item, { place: where, spoken }] of Object.entries(labels)) {
      field("item").append(new Option(`${item} (${where}: ${spoken})`, item));
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const sent = Object.fromEntries(["student", "item", "marks", "reason"].map((name) => [name, field(name).value]));
      const reply = await call("/marks", sent);
      if (!reply) return;
      const said = await reply.json();
      list(said);
      if (reply.ok) {
        field("marks").value = field("reason").value = "";
        $("#marks-told").textContent = words.marks_kept;
        field("student").focus();
      }
    });
    $("#marks").addEventListener("keydown", (event) => { if (event.key === "Escape") openMarks(); });
  }

  call("/question").then(async (reply) => reply?.ok && show(await reply.json()));
})();
