/** The losses by epoch, on axes with values. */

const LEFT = 46, RIGHT = 8, TOP = 8, BOTTOM = 26;

export class Chart {
  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} told Where the values below the pointer stand. */
  constructor(canvas, told) {
    this.canvas = canvas;
    this.told = told;
    this.rows = [];
    this.pointed = null;
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      this.pointed = ((event.clientX - box.left) / box.width) * this.width;
      this.draw();
    });
    canvas.addEventListener("pointerleave", () => { this.pointed = null; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Put rows of [training loss, test loss, ...] at a place; `draw` shows them. @param {number} start @param {number[][]} rows */
  add(start, rows) {
    this.rows.length = Math.min(start, this.rows.length);
    this.rows.push(...rows);
  }

  get last() {
    return this.rows[this.rows.length - 1] || [null, null, null, null];
  }

  get width() {
    return this.canvas.clientWidth || 300;
  }

  draw() {
    const { canvas, width } = this, height = 120, scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const ink = (name) => style.getPropertyValue(name).trim();
    pen.scale(scale, scale);
    pen.font = "11px system-ui, sans-serif";
    const finite = this.rows.flatMap((row) => row.slice(0, 2)).filter((one) => one !== null);
    let top = finite.length ? 1e-6 : 1;
    for (const one of finite) top = Math.max(top, one);
    const step = nice(top / 3), high = Math.ceil(top / step - 1e-9) * step, epochs = Math.max(this.rows.length - 1, 1);
    const x = (epoch) => LEFT + ((width - LEFT - RIGHT) * epoch) / epochs;
    const y = (loss) => TOP + (height - TOP - BOTTOM) * (1 - loss / high);
    pen.strokeStyle = ink("--line");
    pen.fillStyle = ink("--quiet");
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (let loss = 0; loss <= high * 1.0001; loss += step) {
      line(pen, [[LEFT, y(loss)], [width - RIGHT, y(loss)]]);
      pen.fillText(Number(loss.toPrecision(3)).toString(), LEFT - 5, y(loss));
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const every = Math.max(1, nice(epochs / 5));
    for (let epoch = 0; epoch <= epochs; epoch += every) {
      pen.textAlign = epoch === 0 ? "left" : x(epoch) > width - 20 ? "right" : "center";
      pen.fillText(String(Math.round(epoch)), x(epoch), height - BOTTOM + 5);
    }
    for (const [place, name] of [[0, "--train"], [1, "--test"]]) {
      pen.strokeStyle = ink(name);
      pen.lineWidth = 2;
      line(pen, this.rows.map((row, epoch) => [x(epoch), row[place]]).filter((one) => one[1] !== null).map((one) => [one[0], y(one[1])]));
    }
    pen.lineWidth = 1;
    this.tell(pen, x, ink("--quiet"), height);
  }

  tell(pen, x, colour, height) {
    if (this.pointed === null || !this.rows.length) {
      this.told.textContent = "Losses by epoch";
      return;
    }
    const share = (this.pointed - LEFT) / (this.width - LEFT - RIGHT);
    const epoch = Math.round(Math.max(0, Math.min(1, share)) * (this.rows.length - 1));
    pen.strokeStyle = colour;
    line(pen, [[x(epoch), TOP], [x(epoch), height - BOTTOM]]);
    const [train, test] = this.rows[epoch];
    this.told.textContent = `Epoch ${epoch}: training ${written(train)}, test ${written(test)}`;
  }
}

/** A loss for readers. @param {number|null} value */
export function written(value) {
  if (value === null) return "–";
  return value >= 1000 || (value > 0 && value < 0.001) ? value.toExponential(1) : value.toFixed(value < 0.1 ? 4 : 3);
}

/** 1, 2 or 5 times a power of ten, at least `value`. @param {number} value */
export function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return power * ([1, 2, 5, 10].find((one) => one * power >= value * 0.999) || 10);
}

function line(pen, places) {
  pen.beginPath();
  for (const [x, y] of places) pen.lineTo(x, y);
  pen.stroke();
}
