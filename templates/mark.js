// Marks a student's answers to one question as `grader score` does, from the engine of that question: right; right from
// own values; right to too few digits. What needs a class, such as whose paper was copied, is left out.
"use strict";
const [CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, BLANK, UNREADABLE] =
  ["correct", "follow_through", "imprecise", "wrong", "blank", "unreadable"];
const MOST_OFF = 1000; // an answer off by more than this factor is no basis for follow-through
const WIDEST = 0.34; // a range wider than this share of the number tells nothing
const FEWEST_REPEATED = 4; // the same number in so many wrong cells of a part is nonsense
const MOST_MOVED = 5 / 9 + 1e-6; // by rounding again and again, in units of the last digit asked for
const TOLERATED = 2; // unsupported units for each supported one
const NEAR = 0.1; // of what is due: so far off may a number be that was added up wrongly

const within = (x, low, high) => low <= x && x <= high;
const count = (flags) => flags.reduce((sum, flag) => sum + (flag ? 1 : 0), 0);
const known = (x) => x === x;
const zip = (f, ...lists) => lists[0].map((_, i) => f(...lists.map((list) => list[i])));

// a 32-bit number as the decimal it stands for; all to two digits more than asked for
function settled(x, rounding) {
  if (Math.fround(x) === x && Number.isFinite(x)) {
    for (let digits = 1; digits <= 9; digits++) {
      const short = Number(x.toPrecision(digits));
      if (Math.fround(short) === x) {
        x = short;
        break;
      }
    }
  }
  const scale = clip(100 / rounding.unit(x), 1, 1e22);
  return Math.abs(x) < 1e9 ? rint(x * scale) / scale : x;
}

// half a unit of the last digit written where that is fewer than asked, else 0
function halfUnit(x, text, rounding) {
  const tens = 10 * rounding.unit(known(x) ? x : 0);
  if (!(Math.abs(x - rint(x / tens) * tens) < 1e-3 * tens)) return 0;
  const numeral = read(text, text.includes(","));
  const digits = rounding.kind === "dp" ? numeral.decimals : numeral.significant;
  return digits < rounding.digits && numeral.significant >= 2 ? 0.5 * power(-numeral.decimals) * (1 + 1e-9) : 0 * 1;
}

// One student's answers to one question of a variant: `question` as the page holds it, `numbers` its givens, keys and
// ranges, `read` numerals by item. mark() gives each item's verdict, and what is known besides.
class Answered {
  constructor(question, numbers, numerals, texts, rules) {
    Object.assign(this, { question, ...rules, g: numbers.givens, low: numbers.low, high: numbers.high });
    this.key = numbers.value;
    this.texts = texts;
    this.items = question.items;
    this.values = numerals.map((numeral) => (numeral.kind === "value" ? settled(numeral.value, this.rounding) : NaN));
    this.verdicts = numerals.map(({ kind }, i) =>
      kind === "blank" ? BLANK : kind !== "value" ? UNREADABLE
        : within(this.values[i], this.low[i], this.high[i]) ? CORRECT : WRONG);
    this.undefined = numerals.map((numeral) => Boolean(numeral.undefined));
    this.expected = this.items.map(() => NaN); // what own values lead to, where that counted
    this.mistakes = this.items.map(() => []); // the places of the mistakes that an answer shows
    this.repeated = this.items.map(() => false); // by mistakes alone that an earlier answer shows as well
    this.madeUp = this.items.map(() => false);
    this.before = this.items.map(({ before: [where, place] }) =>
      where === "g" ? this.g[place] : where === "c" ? this.values[place] : NaN);
  }

  mark() {
    if (!this.verdicts.includes(WRONG)) return this;
    this.claims = this.usable();
    this.followThrough();
    this.mistakes = diagnose(this);
    const charged = new Set();
    this.mistakes.forEach((held, i) => {
      this.repeated[i] = held.length > 0 && held.every((place) => charged.has(place));
      for (const place of held) charged.add(place);
    });
    this.invented();
    return this;
  }

  // Own answers that later steps may be computed from: no number that makes them trivial, or that is nonsense.
  usable() {
    return this.values.map((x, i) => {
      const size = Math.abs(x), right = Math.abs(this.key[i]);
      if (this.verdicts[i] === CORRECT) return x;
      const idle = size === 0 || size === 1 || size > MOST_OFF * right || size * MOST_OFF < right;
      const alike = (y, j) => y === x && this.verdicts[j] !== CORRECT && this.items[j].part === this.items[i].part;
      return idle || this.g.includes(x) || count(this.values.map(alike)) >= FEWEST_REPEATED ? NaN : x;
    });
  }

  forward(claims) {
    return claims.map((x, i) => (this.items[i].part === "forward" ? x : NaN));
  }

  // What the rules make of own answers, mistaken by the mistakes of these places.
  solve(claims, held = []) {
    const { engine, mistakes, near } = this.question, flags = new Uint8Array(mistakes.length + near);
    for (const place of held) flags[place] = 1;
    const silent = held.some((place) => mistakes[place]?.silent);
    const all = silent ? engine.silent(this.g, claims, flags) : engine.values(this.g, claims, flags);
    return this.items.map((item) => all[item.place]);
  }

  dependsOn(flags) {
    const all = this.question.engine.depends(this.g.map(() => 0), flags.map((flag) => (flag ? 1 : NaN)));
    return this.items.map((item) => all[item.place] > 0);
  }

  // What honest work reaches from own values: lowest, highest, and unrounded.
  reached(claims) {
    const { rounding } = this;
    const widened = claims.map((x) => {
      const half = 0.5 * rounding.unit(known(x) ? x : 0);
      return [x - half, x + half];
    });
    const write = ([low, high]) => {
      const unit = rounding.unit(Math.max(Math.abs(low), Math.abs(high)));
      const kept = low === 0 && high === 0 ? 0 : 0.1 * MOST_MOVED * unit;
      const lowest = Math.ceil(low / unit - MOST_MOVED) * unit, highest = Math.floor(high / unit + MOST_MOVED) * unit;
      return [Math.min(low - kept, lowest), Math.max(high + kept, highest)];
    };
    const ranges = this.question.engine.ranges(this.g.map(R.point), widened, write).map((r) => rounding.answer(r));
    const due = this.solve(claims).map((x, i) =>
      (Number.isFinite(x) ? clip(x, ...ranges[i]) : (ranges[i][0] + ranges[i][1]) / 2));
    return { lowest: ranges.map((r) => r[0]), highest: ranges.map((r) => r[1]), due };
  }

  route(claims, openTo, usable) {
    const nothing = this.items.map(() => NaN);
    const route = openTo.includes(true) ? this.reached(claims) : { lowest: nothing, highest: nothing, due: nothing };
    route.informative = this.items.map((_, i) => {
      const low = route.lowest[i], high = route.highest[i], before = this.before[i];
      const size = Math.abs((low + high) / 2 - (known(before) ? before : 0));
      return usable[i] && Number.isFinite(size) && (high - low) / 2 <= WIDEST * size;
    });
    return route;
  }

  // Not a 0, unless a ReLU gives it from an own negative number, nor a parameter that stays as it was.
  earned() {
    return this.values.map((x, i) => {
      const { dies } = this.items[i];
      return (x !== 0 && x !== this.before[i]) || (dies >= 0 && this.claims[dies] < 0);
    });
  }

  followThrough() {
    const { values, verdicts, expected, marking } = this;
    const allowed = this.items.map(({ part }) => marking.follow_through > 0 && !marking.no_follow_through.includes(part));
    const earned = this.earned(), doubtful = this.items.map(() => NaN), routes = [];
    for (const claims of [this.claims, this.forward(this.claims)]) {
      const wrong = claims.map((x, i) => known(x) && verdicts[i] !== CORRECT);
      const usable = zip((a, b) => a && b, allowed, this.dependsOn(wrong));
      const openTo = verdicts.map((v, i) => v === WRONG && usable[i] && (earned[i] || values[i] === 0));
      const route = this.route(claims, openTo, usable);
      routes.push(route);
      openTo.forEach((open, i) => {
        const { lowest, highest, due, informative } = route;
        if (!open || !within(values[i], lowest[i], highest[i]) || !Number.isFinite(highest[i] - lowest[i])) return;
        doubtful[i] = due[i];
        if (informative[i] && earned[i]) [verdicts[i], expected[i]] = [FOLLOW_THROUGH, due[i]];
      });
    }
    this.countDoubtful(doubtful, allowed);
    this.fewDigits(routes, earned);
    if (this.undefined.includes(true)) this.nowhere(allowed);
    const [{ lowest, highest, due }] = routes;
    this.half = zip((low, high) => (high - low) / 2, lowest, highest);
    this.due = due;
    this.expected = expected.map(this.rounding.round);
  }

  // Words where own wrong numbers lead to none; what is no basis is taken as it would be written.
  nowhere(allowed) {
    const { claims, verdicts } = this, made = this.solve(claims);
    const due = this.solve(claims.map((x, i) => (known(x) ? x : this.rounding.round(made[i]))));
    this.dependsOn(claims.map((x, i) => known(x) && verdicts[i] !== CORRECT)).forEach((after, i) => {
      if (after && allowed[i] && this.undefined[i] && !Number.isFinite(due[i])) verdicts[i] = FOLLOW_THROUGH;
    });
  }

  // Ranges around own numbers as small as rounding hold nearly anything: as many count as there is other work.
  countDoubtful(doubtful, allowed) {
    const { values, verdicts, before, items } = this;
    const done = verdicts.map((v) => v === CORRECT || v === FOLLOW_THROUGH);
    const hit = verdicts.map((v, i) => v === WRONG && known(doubtful[i]));
    const none = hit.map((h, i) => h && values[i] === 0);
    const still = items.map(({ gradient }, i) =>
      allowed[i] && gradient >= 0 && none[gradient] && verdicts[i] === WRONG && values[i] === before[i]);
    const nothing = zip((a, b) => a || b, none, still), small = hit.map((h, i) => h && !none[i]);
    const back = done.filter((d, i) => d && ["gradient", "update"].includes(items[i].part)).length;
    const counts = [count(small) <= count(done) && small, count(nothing) <= back && nothing].filter(Boolean);
    for (const cells of counts)
      cells.forEach((cell, i) => {
        if (cell) [verdicts[i], this.expected[i]] = [FOLLOW_THROUGH, still[i] ? before[i] : doubtful[i]];
      });
  }

  fewDigits(routes, earned) {
    const { values, verdicts, expected, marking } = this;
    this.coarse = values.map((x, i) => (verdicts[i] === WRONG ? halfUnit(x, this.texts[i], this.rounding) : 0));
    this.short = this.items.map(() => false);
    const byKey = { lowest: this.low, highest: this.high, informative: this.items.map(() => true) };
    for (const route of [byKey, ...routes])
      values.forEach((x, i) => {
        const coarse = this.coarse[i];
        if (verdicts[i] !== WRONG || !earned[i] || !(coarse > 0) || !route.informative[i]) return;
        if (!within(x, route.lowest[i] - coarse, route.highest[i] + coarse)) return;
        verdicts[i] = IMPRECISE;
        if (route !== byKey) [this.short[i], expected[i]] = [true, route.due[i]];
      });
    if (marking.follow_through < marking.imprecise)
      this.short.forEach((short, i) => {
        if (short) verdicts[i] = FOLLOW_THROUGH;
      });
  }

  // Takes back what follows from numbers that nothing supports, where these are too many.
  invented() {
    const { verdicts, values, rounding } = this, { ways, mistakes, near } = this.question;
    const own = verdicts.map((v, i) => v === FOLLOW_THROUGH || (v === IMPRECISE && this.short[i]));
    const explained = this.mistakes.map((held) => held.length > 0);
    const right = verdicts.map((v, i) => [CORRECT, IMPRECISE].includes(v) && !own[i] && values[i] !== 0);
    const solid = right.map((cell, i) => cell || (own[i] && values[i] !== 0) || explained[i]);
    const wrong = verdicts.map((v, i) => v === WRONG && Number.isFinite(values[i]) && values[i] !== 0 && !explained[i]);
    const unit = this.key.map((x) => rounding.unit(x));
    const any = (cells, places) => places.some((i) => cells[i]);
    const roots = (cells, { units }) => {
      const supported = units.map(([leads, others]) =>
        any(solid, leads) || any(right, others) || (any(solid, others) && !any(wrong, leads)));
      const without = units.filter(([leads, others], k) => !supported[k] && any(cells, [...leads, ...others]));
      if (without.length <= TOLERATED * count(supported)) return cells.map(() => false);
      const places = new Set(without.flat(2));
      return cells.map((cell, i) => cell && places.has(i));
    };
    const beside = () => {
      const found = values.map(() => false);
      const reach = this.half.map((x, i) =>
        (Number.isFinite(x) ? x : (this.high[i] - this.low[i]) / 2) + unit[i]);
      for (let place = mistakes.length; place < mistakes.length + near; place++)
        this.solve(this.claims, [place]).forEach((made, i) => (found[i] ||= Math.abs(made - values[i]) <= reach[i]));
      return found;
    };
    let root = wrong;
    const looks = [
      () => values.map((x, i) => slipped(x, this.key[i], unit[i])),
      () => values.map((x, i) => slipped(x, this.due[i], unit[i])),
      beside,
    ];
    for (const look of looks)
      if (ways.some((way) => roots(root, way).includes(true))) {
        const found = look();
        root = root.map((cell, i) => cell && !found[i]);
      }
    for (const way of ways) {
      const here = roots(root, way);
      if (!here.includes(true)) continue;
      const after = this.dependsOn(here);
      for (const i of way.items) this.madeUp[i] ||= own[i] && after[i];
    }
    this.madeUp.forEach((made, i) => {
      if (made) [verdicts[i], this.expected[i]] = [WRONG, NaN];
    });
  }

  marks(i) {
    const share = { [CORRECT]: 1, [FOLLOW_THROUGH]: this.marking.follow_through, [IMPRECISE]: this.marking.imprecise };
    const again = this.repeated[i] ? this.marking.repeated_mistake : 0;
    return ((share[this.verdicts[i]] ?? 0) + again) * this.items[i].marks;
  }
}

// Whether a number is what is due but for a tenth, few digits, the sign, the point, one digit or two swapped.
function slipped(x, due, unit) {
  const whole = (y) => (known(y) ? Math.min(rint(Math.abs(y) / unit), Number.MAX_VALUE) : 0);
  const written = whole(x), meant = whole(due), tens = 10 ** rint(Math.log10(written / meant));
  const moved = Math.abs(written - meant * tens) <= Math.max(tens, 1) / 2 && tens !== 1 && written * meant > 0;
  const places = [0, 1, 2, 3, 4, 5, 6, 7, 8], digit = (n, p) => Math.floor(n / power(p)) % 10;
  const these = places.map((p) => digit(written, p)), those = places.map((p) => digit(meant, p));
  const differ = places.filter((p) => these[p] !== those[p]);
  const swapped = differ.length === 2 && differ[1] === differ[0] + 1
    && these[differ[0]] === those[differ[1]] && these[differ[1]] === those[differ[0]];
  const fewer = [10, 100, 1000].some((n) => {
    const step = n * unit;
    return Math.abs(x - rint(x / step) * step) < unit / 10 && Math.abs(x - due) <= 0.501 * step;
  });
  return Math.abs(x - due) <= NEAR * Math.abs(due) || fewer || moved || differ.length === 1 || swapped
    || (!differ.length && Math.sign(x) !== Math.sign(due));
}

// The numbers of a variant of a question, from texts between spaces.
const parsed = (texts) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.split(" ").map(Number)]));

// One student's answers, a list of texts for each question, against a variant's numbers: by question.
function markAll(questions, rules, variant, answers) {
  const numerals = readAll(answers.flat());
  let first = 0;
  return questions.map((question, k) => {
    const here = numerals.slice(first, (first += answers[k].length));
    return new Answered(question, variant[k], here, answers[k], rules).mark();
  });
}
