// What the engine's code calls: functions of numbers; R, those of intervals [low, high]; and rounding as papers ask.
"use strict";
const { abs, exp, log, tanh } = Math;
const otherwise = (own, computed) => (own === own ? own : computed);
const maximum = (z, floor) => Math.max(z, floor);
const positive = (z, or) => (z > 0 ? 1 : or);
const sigmoid = (z) => 1 / (1 + exp(-z));
const rising = (f) => ([low, high]) => [f(low), f(high)];

const R = {
  point: (x) => [x, x],
  add: (a, b) => [a[0] + b[0], a[1] + b[1]],
  negate: (a) => [-a[1], -a[0]],
  subtract: (a, b) => [a[0] - b[1], a[1] - b[0]],
  multiply(a, b) {
    const w = a[0] * b[0], x = a[0] * b[1], y = a[1] * b[0], z = a[1] * b[1];
    return [Math.min(w, x, y, z), Math.max(w, x, y, z)];
  },
  divide: (a, b) => (b[0] < 1e-300 && b[1] > -1e-300 ? [-Infinity, Infinity] : R.multiply(a, [1 / b[1], 1 / b[0]])),
  exp: rising(exp),
  tanh: rising(tanh),
  sigmoid: rising(sigmoid),
  log: rising((x) => log(maximum(x, 5e-324))),
  maximum: (a, floor) => [maximum(a[0], floor[0]), maximum(a[1], floor[1])],
  positive: (a, or) => [positive(a[0], or[0]), positive(a[1], or[1])],
  square([low, high]) {
    const a = low * low, b = high * high;
    return [low <= 0 && 0 <= high ? 0 : Math.min(a, b), Math.max(a, b)];
  },
  bell([low, high]) {
    const a = low * (1 - low), b = high * (1 - high);
    return [Math.min(a, b), low <= 0.5 && 0.5 <= high ? 0.25 : Math.max(a, b)];
  },
  hull: (a, b) => [Math.min(a[0], b[0]), Math.max(a[1], b[1])],
  otherwise: (own, computed) => [otherwise(own[0], computed[0]), otherwise(own[1], computed[1])],
};

const power = (n) => Number("1e" + n);
const clip = (x, low, high) => Math.min(Math.max(x, low), high);
// to the nearest whole number, halves to the even one
function rint(x) {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

// Rounding to `digits` decimal places ("dp") or significant figures ("sf").
class Rounding {
  constructor(kind, digits) {
    this.kind = kind;
    this.digits = digits;
    this.round = this.round.bind(this);
  }
  // what makes the last digit asked for the one before the point
  scale(x) {
    if (this.kind === "dp") return power(this.digits);
    const size = Math.abs(x), usable = size > 1e-99 && size < 1e99;
    return power(this.digits - 1 - Math.floor(Math.log10(usable ? size : 1)));
  }
  unit(x) {
    return 1 / this.scale(x);
  }
  round(x) {
    const scale = this.scale(x), scaled = rint(x * scale * 1e6) / 1e6;
    return (Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5)) / scale;
  }
  // outward to a hundredth of the last digit asked for, as a key's ranges end
  answer([low, high]) {
    const scale = clip(100 * this.scale(Math.max(Math.abs(low), Math.abs(high))), 1, 1e22);
    return [Math.floor(low * scale + 1e-6) / scale, Math.ceil(high * scale - 1e-6) / scale];
  }
  // with all the digits asked for
  text(x) {
    if (!Number.isFinite(x)) return String(x);
    if (this.kind === "dp") return x.toFixed(this.digits).replace(/^-(?=[0.]*$)/, "");
    const places = this.digits - 1 - (x === 0 ? 0 : Number(x.toExponential(this.digits - 1).split("e")[1]));
    return places >= 0 ? x.toFixed(Math.min(places, 100)) : String(Math.round(x / power(-places)) * power(-places));
  }
}
