// Pictures and sounds made of numbers, so that the mock needs no files.

import { crc32, deflateSync } from "node:zlib";

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return out;
}

function hsl(h, s, l) {
  const f = (n) => {
    const k = (n + h / 30) % 12;
    return Math.round(255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [f(0), f(8), f(4)];
}

/** A hilly landscape in the colours of a seed. */
export function picture(seed, width = 640, height = 480, round = false) {
  const rows = Buffer.alloc((width * 4 + 1) * height);
  const hue = (seed * 47) % 360;
  for (let y = 0; y < height; y += 1) {
    const start = y * (width * 4 + 1);
    for (let x = 0; x < width; x += 1) {
      const hill = (k) =>
        height * (0.45 + k * 0.16) + Math.sin(x / (70 + k * 31) + seed * k + k) * height * 0.09;
      let color = hsl((hue + 190) % 360, 0.55, 0.62 + (y / height) * 0.25);
      const sun = Math.hypot(x - width * 0.72, y - height * 0.24);
      if (sun < height * 0.1) color = hsl(42, 0.95, 0.72);
      for (const k of [0, 1, 2])
        if (y > hill(k)) color = hsl((hue + k * 18) % 360, 0.35, 0.5 - k * 0.12);
      const out =
        round && Math.hypot(x - width / 2, y - height / 2) > width / 2
          ? [0, 0, 0, 0]
          : [...color, 255];
      Buffer.from(out).copy(rows, start + 1 + x * 4);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A few soft notes as WAV. */
export function sound(seconds = 6) {
  const rate = 8_000;
  const data = Buffer.alloc(rate * seconds);
  for (let i = 0; i < data.length; i += 1) {
    const note = 220 * 2 ** ([0, 4, 7, 12][Math.floor(i / rate) % 4] / 12);
    data[i] = 128 + Math.sin((i / rate) * note * 2 * Math.PI) * 40 * (1 - (i % rate) / rate);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
