// Reads a number as `grader score` does: what has one reading is read, what has two is refused.
"use strict";
const LONGEST = 100; // characters of a number
const UNLIMITED = 1000; // digits of a fraction
const BLANKS = new Set(["", "-", "--", "---", "?", "n/a", "na", "n.a.", "none"]);
const NUMBER = new RegExp(
  "^([+-]?) ?([0-9]*)(?:([.,])([0-9]*))?" +
  "(?: ?(?:[eE] ?([+-]?[0-9]+)|[xX*] ?10 ?(?:\\^|\\*\\*) ?(?:\\( ?([+-]? ?[0-9]+) ?\\)|([+-]? ?[0-9]+))))?$");
const UNDEFINED = new RegExp(
  "^(?:undef(?:ined)?|not defined|impossible|cannot be computed|(?:math |domain )?error" +
  "|nicht definiert|undefiniert|n\\. ?def|unmöglich|nicht möglich|fehler)\\.?$", "iu");
const SHORT = /^([-−]?)([0-9]{1,15})(?:([.,])([0-9]{0,15}))?(?:e([+-]?[0-9]{1,2}))?$/;
const FRACTION = /^([+-]?) ?([0-9]+) ?\/ ?([0-9]+)$/;
const LOOKALIKES = new Map([
  ...[..."‐‑‒–—―−﹣－˗➖"].map((c) => [c, "-"]), ...[..."×·∙⋅•✕⨯∗＊"].map((c) => [c, "*"]),
  ...[..."⁄∕／"].map((c) => [c, "/"]), ...[..."＋．，ｅＥ％٪٫"].map((c, i) => [c, "+.,eE%%."[i]]),
  ..."\u200b\u200c\u200d\u200e\u200f\u2060\u061c\ufeff".split("").map((c) => [c, ""]),
  ...[..."⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"].map((c, i) => [c, c]),
]);
const LOWERED = new Map([..."⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"].map((c, i) => [c, "+-0123456789"[i]]));
const OPENING = "'\"‘’‚“”„´`";

// What `text` says: kind value, blank or unreadable; its value, digits after the point and significant ones.
// `comma` where the writer is known to use a decimal comma; `readings` where 1,234 has two; `undefined` where it says so.
function read(text, comma = false) {
  text = trimmed(text);
  const short = SHORT.exec(text);
  if (short && !twoReadings(short[2], short[3], short[4], comma, /^/)) return decimal(short.slice(1));
  if ([...text].length > LONGEST) return unreadable();
  let plain = unquoted(normalised(text));
  if (BLANKS.has(plain.toLowerCase())) return { kind: "blank", decimals: 0, significant: 0 };
  plain = bare(plain);
  const fraction = FRACTION.exec(plain);
  if (fraction) {
    if (/^0+$/.test(fraction[3])) return unreadable();
    const value = Number(fraction[2]) / Number(fraction[3]);
    return { kind: "value", value: fraction[1] === "-" ? -value : value, decimals: UNLIMITED, significant: UNLIMITED };
  }
  const found = NUMBER.exec(plain);
  if (!found || !(found[2] || found[4])) return { ...unreadable(), undefined: UNDEFINED.test(plain) };
  const [, sign, whole, mark, part, e, inner, outer] = found;
  if (twoReadings(whole, mark, part, comma, /^[1-9][0-9]{0,2}$/)) {
    const start = sign === "-" ? sign : "";
    return unreadable([`${start}${whole}.${part}`, `${start}${whole}${part}`]);
  }
  return decimal([sign, whole, mark, part, (e ?? inner ?? outer ?? "0").replaceAll(" ", "")]);
}

function unreadable(readings = null) {
  return { kind: "unreadable", decimals: 0, significant: 0, readings };
}

function twoReadings(whole, mark, part = "", comma, group) {
  return part.length === 3 && mark === (comma ? "." : ",") && group.test(whole);
}

function decimal([sign, whole, , part = "", exponent = "0"]) {
  const digits = (whole + part).replace(/^0+/, "");
  if (Math.abs(Number(exponent)) > 400) return unreadable();
  const size = Number(`${whole}.${part}e${exponent}`.replace(/^\./, "0.").replace(".e", "e"));
  if (size === Infinity || (size === 0 && digits)) return unreadable();
  const value = sign && sign !== "+" ? -size : size;
  return { kind: "value", value, decimals: part.length - Number(exponent), significant: digits.length };
}

const trimmed = (text) => text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, (space) => space.replace(/[^\ufeff]/g, ""));

// ASCII signs and digits for all their look-alikes, single spaces, raised exponents as ^-2
function normalised(text) {
  let plain = [...text].map((c) => LOOKALIKES.get(c) ?? c).join("");
  plain = plain.replace(/\^?[⁺⁻]?[⁰¹²³⁴-⁹]+/g, (raised) =>
    "^" + [...raised.replace(/^\^/, "")].map((c) => LOWERED.get(c) ?? c).join(""));
  plain = plain.replace(/\p{Nd}/gu, digit);
  return plain.split(/[\s\x1c-\x1f\x85]+/).filter(Boolean).join(" ");
}

// digits of all scripts stand in tens in a row
function digit(char) {
  if (char <= "\x7f") return char;
  let place = 0;
  for (let code = char.codePointAt(0); /\p{Nd}/u.test(String.fromCodePoint(code - 1 - place)); ) place++;
  return String(place % 10);
}

function unquoted(text) {
  if (!text || !OPENING.includes(text[0])) return text;
  return (OPENING.includes(text.at(-1)) ? text.slice(1, -1) : text.slice(1)).trim();
}

// without what stands around a number and says nothing of it: "=", "about", brackets, LaTeX's dollars
function bare(text) {
  const about = /^(?:[=≈~≃≅] ?|(?:about|approx|ca|circa|etwa)\.? )/i.exec(text);
  if (about) return bare(unquoted(text.slice(about[0].length)));
  if (!/[\\$({[]/.test(text)) return text;
  text = text.replace(/\\(?:times|cdot|,|;|!|[()]|left|right)|[$]/g, (c) => (/^\\[tc]/.test(c) ? "*" : ""));
  text = text.replaceAll("{,}", ",").replace(/[{[]/g, "(").replace(/[}\]]/g, ")").trim();
  const found = /^([+-]?) ?\( ?(.*?) ?\)$/.exec(text);
  return found && found[2].indexOf("(") <= found[2].indexOf(")") ? bare(found[1] + found[2]) : text;
}

// Numbers of one writer: who uses a decimal comma elsewhere means one in 1,234, too.
function readAll(texts) {
  const first = texts.map((text) => read(text));
  const shown = (mark) => texts.some((text, i) => text.includes(mark) && first[i].kind === "value");
  return shown(",") && !texts.some((text) => dotOnly(text)) ? texts.map((text) => read(text, true)) : first;
}

const dotOnly = (text) => text.includes(".") && read(text, true).kind === "value";
