// The page: shows a variant, marks what is typed, gives hints, and keeps progress in this browser.
"use strict";
(() => {
  const { words, variants, numbers, hints, sentences, parts, iterations, decimalMark, store } = PAGE;
  const $ = (selector, root = document) => root.querySelector(selector);
  const say = (name, ...values) => values.reduce((text, value, i) => text.replace(`{${i}}`, value), words[name]);
  const shown = (text) => String(text).replace(".", decimalMark).replace(/^-/, "−");
  const DONE = [CORRECT, FOLLOW_THROUGH];
  const items = QUESTIONS.flatMap((question, k) => question.items.map((item, i) => ({ ...item, k, i })));
  const row = (id) => document.getElementById(id);

  // what is kept: the variant, and by variant the answers, first verdicts, lines of hints and steps shown
  let state = { variant: 0, mode: "steps", student: "", work: {}, progress: {} };
  let warned = false;
  try {
    state = { ...state, ...JSON.parse(localStorage.getItem(store) ?? "{}") };
  } catch {
    // nothing is kept: keep() says so
  }
  if (!(state.variant >= 0 && state.variant < variants.length)) state.variant = 0;
  let numbersHere, marked;

  const work = () => (state.work[variants[state.variant]] ??= { answers: {}, first: {}, lines: {}, reached: {} });
  function keep() {
    try {
      localStorage.setItem(store, JSON.stringify(state));
    } catch {
      if (!warned) notice(words.not_kept);
      warned = true;
    }
  }
  function notice(text) {
    $("#notice").textContent = text;
    $("#notice").hidden = !text;
  }

  // The numbers of formulas: a given, or a result of the worked solution; a negative one in parentheses where needed.
  function textOf(k, place) {
    const question = QUESTIONS[k], givens = numbersHere[k].givens.length;
    if (place < givens) return numbers[k][state.variant].givens.split(" ")[place];
    const value = numbersHere[k].worked[place - givens];
    return question.exact.includes(place - givens) ? String(value) : RULES.rounding.text(value);
  }
  function fill(root, k) {
    for (const mn of root.querySelectorAll("mn[data-n]")) {
      const text = shown(textOf(k, Number(mn.dataset.n)));
      mn.textContent = "grouped" in mn.dataset && text.startsWith("−") ? `(${text})` : text;
    }
  }

  function show(variant) {
    state.variant = variant;
    numbersHere = QUESTIONS.map((question, k) => {
      const found = parsed(numbers[k][variant]);
      return { ...found, worked: question.engine.worked(found.givens, RULES.rounding.round) };
    });
    $("#variant").value = variants[variant];
    document.querySelectorAll(".question").forEach((section, k) => fill($(".setup", section), k));
    for (const { id, k } of items) {
      $("input", row(id)).value = work().answers[id] ?? "";
      const lines = $(".lines", row(id));
      lines.replaceChildren();
      lines.hidden = true;
      for (let n = 0; n < (work().lines[id] ?? 0); n++) addLine(id, k, n);
      hintButton(id);
    }
    mark();
  }

  // Marks all answers of the variant; verdicts are told where they changed.
  function mark() {
    const answers = QUESTIONS.map((question) => question.items.map(({ id }) => work().answers[id] ?? ""));
    marked = markAll(QUESTIONS, RULES, numbersHere, answers);
    for (const item of items) tell(item);
    reveal();
    summary();
    keep();
  }

  function tell({ id, k, i }) {
    const here = marked[k], verdict = here.verdicts[i], cell = row(id), output = $(".verdict", cell);
    cell.classList.remove(...[CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, BLANK, UNREADABLE]);
    cell.classList.add(verdict);
    const html = verdict === BLANK ? "" : `<b>${words[verdict]}</b> ${why(here, i)}`;
    if (output.dataset.told !== html) {
      output.innerHTML = html;
      output.dataset.told = html;
    }
    $("input", cell).setAttribute("aria-invalid", verdict === WRONG || verdict === UNREADABLE);
    if (verdict !== BLANK && verdict !== UNREADABLE && !(id in work().first)) count1(id, verdict);
  }

  function why(here, i) {
    const verdict = here.verdicts[i];
    if (verdict === UNREADABLE) {
      const { readings } = readAll(here.texts)[i];
      return here.undefined[i] ? words.undefined : readings ? say("two_readings", ...readings) : "";
    }
    if (verdict === FOLLOW_THROUGH && here.undefined[i]) return words.no_number;
    if (verdict !== WRONG) return "";
    if (here.mistakes[i].length) return here.mistakes[i].map((place) => sentences[here.question.mistakes[place].name]).join(" ");
    return here.madeUp[i] ? words.invented : here.values[i] === here.before[i] ? words.repeats : words.nothing;
  }

  // The first answer to an item counts for its kind of step.
  function count1(id, verdict) {
    work().first[id] = verdict;
    const { part } = items.find((item) => item.id === id);
    const kind = (state.progress[part] ??= { tried: 0, right: 0, row: 0, best: 0 });
    kind.tried += 1;
    kind.right += DONE.includes(verdict) ? 1 : 0;
    kind.row = DONE.includes(verdict) ? kind.row + 1 : 0;
    kind.best = Math.max(kind.best, kind.row);
  }

  // Step by step, what comes after the first item that is neither answered nor wholly shown waits.
  function reveal() {
    document.body.classList.toggle("steps", state.mode === "steps");
    QUESTIONS.forEach((question, k) => {
      let open = true;
      question.items.forEach(({ id }, i) => {
        row(id).classList.toggle("later", state.mode === "steps" && !open);
        const solved = (work().lines[id] ?? 0) >= hints[k][i].length;
        if ([BLANK, UNREADABLE].includes(marked[k].verdicts[i]) && !solved) open = false;
      });
    });
    for (const group of document.querySelectorAll(".group"))
      group.classList.toggle("later", [...group.querySelectorAll(".item")].every((cell) => cell.classList.contains("later")));
  }

  function hintButton(id) {
    const { k, i } = items.find((item) => item.id === id), count = work().lines[id] ?? 0, button = $(".hint", row(id));
    button.textContent = count ? words.next_line : words.hint;
    button.setAttribute("aria-label", `${button.textContent}: ${button.dataset.spoken}`);
    button.disabled = count >= hints[k][i].length;
  }
  function addLine(id, k, n) {
    const item = items.find((one) => one.id === id), lines = $(".lines", row(id)), line = document.createElement("p");
    line.innerHTML = hints[k][item.i][n];
    fill(line, k);
    lines.append(line);
    lines.hidden = false;
  }

  function summary() {
    let earned = 0, most = 0;
    const table = document.createElement("table"), body = document.createElement("tbody");
    table.innerHTML = `<thead><tr><th scope="col">${words.value}</th><th scope="col" class="number">${words.yours}</th>`
      + `<th scope="col">${words.verdict}</th><th scope="col" class="number">${words.marks}</th></tr></thead>`;
    for (const { id, k, i, iteration, marks } of items) {
      const got = marked[k].marks(i), line = document.createElement("tr"), cells = [0, 1, 2, 3].map(() => document.createElement("td"));
      [earned, most] = [earned + got, most + marks];
      cells[0].append(...$("label", row(id)).cloneNode(true).childNodes);
      if (iterations.length > 1) cells[0].append(`, ${iterations[iteration - 1]}`);
      cells[1].textContent = work().answers[id] ?? "";
      cells[2].textContent = words[`short_${marked[k].verdicts[i]}`];
      cells[3].textContent = shown(Number(got.toFixed(6)));
      cells[1].className = cells[3].className = "number";
      line.append(...cells);
      if (marked[k].verdicts[i] !== BLANK) body.append(line);
    }
    table.append(body);
    $("#summary").replaceChildren(...(body.children.length ? [table] : []));
    const score = say("score", shown(Number(earned.toFixed(2))), shown(Number(most.toFixed(2))));
    const whose = state.student ? `${state.student}, ` : "";
    $("#score").textContent = `${whose}${words.variant} ${variants[state.variant]}: ${score}`;
    $("#progress").replaceChildren(...Object.entries(parts).map(([part, name]) => {
      const { tried, right, row: inRow, best } = state.progress[part] ?? { tried: 0, right: 0, row: 0, best: 0 };
      const line = document.createElement("tr");
      line.innerHTML = `<th scope="row">${name}</th><td>${right} / ${tried}</td><td>${inRow}</td><td>${best}</td>`;
      return line;
    }));
  }

  function csv() {
    const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const heading = ["student_id", "variant", ...items.map(({ id }) => id)];
    const line = [state.student, variants[state.variant], ...items.map(({ id }) => work().answers[id] ?? "")];
    return [heading, line].map((cells) => cells.map(quoted).join(",") + "\r\n").join("");
  }

  // FNV-1a: the same id leads to the same variant everywhere
  function variantOf(student) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(student.trim().toLowerCase())) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return hash % variants.length;
  }

  function go(variant) {
    notice("");
    show(variant);
    const first = document.querySelector(".item:not(.later) input");
    first?.focus();
    first?.select();
  }

  $("#choose").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = $("#variant").value.trim(), found = variants.findIndex((name) => Number(name) === Number(typed || NaN));
    if (found < 0) notice(words.no_variant);
    else go(found);
  });
  $("#random").addEventListener("click", () => {
    const fresh = variants.map((_, v) => v).filter((v) => v !== state.variant && !state.work[variants[v]]);
    const from = fresh.length ? fresh : variants.map((_, v) => v);
    go(from[Math.floor(Math.random() * from.length)]);
  });
  $("#own").addEventListener("submit", (event) => {
    event.preventDefault();
    state.student = $("#student").value.trim();
    if (state.student) go(variantOf(state.student));
  });
  for (const radio of document.querySelectorAll("[name=mode]")) {
    radio.checked = radio.value === state.mode;
    radio.addEventListener("change", () => {
      state.mode = radio.value;
      reveal();
      keep();
    });
  }
  for (const { id, k } of items) {
    const input = $("input", row(id));
    const taken = () => {
      if ((work().answers[id] ?? "") === input.value) return;
      work().answers[id] = input.value;
      mark();
    };
    input.addEventListener("change", taken);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      taken();
      const open = [...document.querySelectorAll(".item:not(.later) input")], next = open[open.indexOf(input) + 1];
      next?.focus();
      next?.select();
    });
    $(".hint", row(id)).addEventListener("click", () => {
      const count = (work().lines[id] = (work().lines[id] ?? 0) + 1);
      addLine(id, k, count - 1);
      hintButton(id);
      reveal();
      keep();
    });
  }
  $("#print").addEventListener("click", () => print());
  $("#download").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    link.download = "answers.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  $("#forget").addEventListener("click", () => {
    if (!confirm(words.forget_sure)) return;
    state = { ...state, work: {}, progress: {} };
    show(state.variant);
  });
  $("#student").value = state.student;
  show(state.variant);
})();
