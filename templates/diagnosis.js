// Names the mistakes behind wrong answers: the smallest set of catalogue entries, one or two, that explains them.
"use strict";
const SLIP = 3; // what is as many times further off than honest rounding goes is no slip of it
const WIDEST_MISTAKE = 0.05; // no answer is taken for a mistaken one that is further from it than this share
const SAME = 1e-9;

// By item the places of the mistakes that explain it. `marked` has its verdicts.
function diagnose(marked) {
  const { mistakes, pairs } = marked.question, weighed = weigh(marked), { telling } = weighed;
  const none = telling.map(() => []);
  if (!telling.includes(true)) return none;
  const single = mistakes.map((mistake, place) =>
    likely(mistake, telling, weighed) ? fit(marked, [place], weighed) : null);
  const best = bestOf(single.filter(Boolean), telling, 0);
  const left = telling.map((cell, i) => cell && !best.explained?.[i]);
  const better = bestOf(likelyPairs(mistakes, pairs, single, left, weighed)
    .map((pair) => fit(marked, pair.slice(0, 2), weighed)), telling, best.count);
  if (better.sure && (!best.sure || better.gain > best.gain)) return ofTwo(marked, better, single, weighed);
  if (!best.sure) return none;
  const more = fromForward(marked, best.held, weighed);
  return none.map((_, i) => (best.explained[i] || more[i] ? best.held : []));
}

// What is needed to hold any mistake against the answers.
function weigh(marked) {
  const { values, verdicts, low, high, rounding, coarse } = marked;
  const due = marked.solve(marked.claims), unit = values.map((x) => rounding.unit(known(x) ? x : 0));
  const key = zip((l, h) => (h - l) / 2, low, high);
  const own = marked.half.map((x, i) => (Number.isFinite(x) ? x : key[i]));
  const slip = zip((a, b) => SLIP * Math.max(a, b), own, key), half = zip((a, b) => Math.max(a, 0.5 * b), own, unit);
  const settled = verdicts.map((v) => [CORRECT, FOLLOW_THROUGH, IMPRECISE].includes(v));
  const complete = marked.claims.every(known);
  const off = zip((x, d) => Math.abs(x - d), values, due);
  const led = zip((x, old, cell) => cell && (x === 0 || x === old), values, marked.before, marked.uncounted); // to own 0s
  const moved = zip((x, old) => Math.abs(x - old) > 0, values, marked.before).includes(true);
  const still = values.map((x, i) => verdicts[i] === WRONG && x === marked.before[i]);
  return {
    due, unit, half, complete, settled,
    share: zip((h, d) => Math.min(h / Math.abs(d), WIDEST_MISTAKE), half, due),
    telling: values.map((x, i) => verdicts[i] === WRONG && !led[i] && (moved || !still[i])
      && !within(x, low[i] - slip[i], high[i] + slip[i])
      && !(off[i] <= Math.max(slip[i], half[i] + coarse[i]))),
    still,
    exact: settled.map((cell, i) => cell && coarse[i] === 0),
    kept: settled.map((cell, i) => cell && complete && off[i] <= half[i] + unit[i]),
  };
}

// Whether a mistake changes any of the cells, and no more right answers than wrong ones.
function likely({ touched, reached }, cells, { complete, telling, kept }) {
  const changed = complete ? touched : reached, common = (flags) => count(flags.map((flag, i) => flag && changed[i]));
  const wrong = common(telling);
  return common(cells) > 0 && common(kept) <= wrong;
}

// Whether mistakes make another number than is due, whether the answer is that number, clearly so, clearly not.
function compared(marked, made, due, { half, share, unit }) {
  return made.map((number, i) => {
    let reach = Math.max(half[i], share[i] * Math.abs(number));
    // a quotient by a small rounded number is off by as much as its square
    reach = Math.max(reach, Math.min(unit[i] * number ** 2, WIDEST_MISTAKE * Math.abs(number))) + unit[i];
    reach = Math.max(reach, marked.coarse[i]);
    const off = Math.abs(number - marked.values[i]);
    return {
      differs: Math.abs(number - due[i]) > half[i], fits: Number.isFinite(number) && off <= reach,
      near: off <= reach / 2, unlike: off > 2 * reach,
    };
  });
}

// How well mistakes held together explain the wrong answers: what speaks for them, against them, and is missed.
function fit(marked, held, { due, telling, settled, exact, still, ...weighed }) {
  const made = marked.solve(marked.claims, held), found = compared(marked, made, due, weighed);
  const explained = found.map(({ differs, fits }, i) => telling[i] && differs && fits);
  const from = marked.items.map(({ follows }) => follows.some((j) => explained[j]));
  const having = (cell) => count(found.map((f, i) => cell(f, i)));
  const support = count(explained) + having(({ differs, fits }, i) => exact[i] && differs && fits);
  const against = having(({ unlike, differs }, i) => settled[i] && unlike && (differs || from[i]));
  const missed = having(({ differs, fits }, i) => telling[i] && differs && !fits);
  const near = !found.some((f, i) => explained[i] && !f.near), gain = support - against - missed;
  // an update that was left out says nothing of its gradient
  const going = having(({ fits }, i) => telling[i] && !still[i] && from[i] && !fits);
  return {
    held, explained, count: count(explained), support, against, gain, near,
    used: having(({ fits }, i) => exact[i] && fits && from[i]) > going,
    sum: made.reduce((sum, x, i) => sum + (explained[i] ? x : 0), 0),
  };
}

// The fit with the largest gain of those that explain more cells than `before`; sure where no other is as good.
function bestOf(fits, telling, before) {
  const rank = (fit) => 2 * fit.gain + (fit.near ? 1 : 0);
  const good = fits.filter((fit) => fit.gain > 0 && fit.count > before && fit.support > 2 * fit.against);
  const most = Math.max(...good.map(rank)), top = good.filter((fit) => rank(fit) === most), [best] = top;
  if (!best) return { sure: false, gain: 0, count: 0 };
  const same = (fit) => fit.explained.every((cell, i) => cell === best.explained[i])
    && (best.count - before > 1 || Math.abs(fit.sum - best.sum) < SAME);
  const one = best.near && (best.used || best.count === count(telling));
  return { ...best, sure: top.every(same) && (best.support - before > 1 || one) };
}

// Pairs to try on what is left: neither refuted, and one explains something, or both change the same answer.
function likelyPairs(mistakes, pairs, single, left, weighed) {
  const alive = single.map((found) => found && found.against <= found.support);
  const useful = single.map((found) => found && found.count > 0);
  const overlap = (a, b) => mistakes[a].touched.some((flag, i) => flag && mistakes[b].touched[i]);
  if (!left.includes(true)) return [];
  return pairs.filter(([a, b, touched, reached]) => {
    if (!alive[a] || !alive[b] || !(useful[a] || useful[b] || overlap(a, b))) return false;
    const either = (name, more) => zip((x, y) => x || y, mistakes[a][name], mistakes[b][name])
      .map((flag, i) => flag || more.includes(i));
    return likely({ touched: either("touched", touched), reached: either("reached", reached) }, left, weighed);
  });
}

// What two mistakes explain; each cell by the one that explains it alone, if any.
function ofTwo(marked, { held, explained }, single, weighed) {
  const more = fromForward(marked, held, weighed), cells = explained.map((cell, i) => cell || more[i]);
  let alone = held.map((place) => single[place].explained);
  if (cells.some((cell, i) => cell && !alone[0][i] && !alone[1][i]))
    alone = held.map((place, k) => zip((a, b) => a || b, alone[k], fromForward(marked, [place], weighed)));
  return cells.map((cell, i) => (!cell ? [] : alone[0][i] ? [held[0]] : alone[1][i] ? [held[1]] : held));
}

// What mistakes explain by the forward answers alone, for who goes on with more digits than were written.
function fromForward(marked, held, weighed) {
  const claims = marked.forward(marked.claims);
  return compared(marked, marked.solve(claims, held), marked.solve(claims), weighed)
    .map(({ differs, fits }, i) => differs && fits && weighed.telling[i] && marked.coarse[i] === 0);
}
