/** Put into the page of the studio: what is seen there and when, by the browser's own clock. Times in milliseconds. */
/* global document, window, performance */

const LOADING = '[role=status][aria-label=Loading]';

/** When frames begin and plots are drawn; `performance.timeOrigin` makes the page's clock that of the machine. */
const now = () => performance.timeOrigin + performance.now();
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Resolves in the frame after the one in which it became so: then it is on the screen. */
async function seen(isSo) {
  while (!isSo()) await nextFrame();
  await nextFrame();
}

const heading = () => document.querySelector('main h1')?.textContent;

/** How much was done: resources fetched, and tasks of 50 ms and more. */
let done = 0;
let longTaskEnd = 0;
new PerformanceObserver((list) => {
  for (const { entryType, startTime, duration } of list.getEntries()) {
    done++;
    if (entryType === 'longtask') longTaskEnd = startTime + duration;
  }
}).observe({ entryTypes: ['longtask', 'resource'] });

let interactive;
void seen(heading).then(() => {
  interactive = performance.now();
});

let onDrawn = () => {};
const { stroke } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.stroke = function strokeAndTell(...rest) {
  onDrawn();
  return stroke.apply(this, rest);
};

window.probes = {
  /** Until a second went by in which nothing was done. */
  async quiet() {
    for (let before = -1; before !== done; ) {
      before = done;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  },

  /** Of the document that is shown; interactive: its heading is there, and no task since took 50 ms. */
  loaded() {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return { firstPaint: paint.startTime, interactive: Math.max(interactive, longTaskEnd) };
  },

  /** Follows the link of the rail: until another heading is there, and until nothing is loading below it. */
  async switchTo(path) {
    const before = heading();
    const began = now();
    document.querySelector(`nav a[href="${path}"]`).click();
    await seen(() => heading() && heading() !== before);
    const shown = now() - began;
    await seen(() => !document.querySelector(`main ${LOADING}`));
    return { shown, settled: now() - began };
  },

  /** From now on: when the next drawing of a plot is on the screen, by the machine's clock. */
  watchDrawing() {
    window.drawn = new Promise((resolve) => {
      onDrawn = () => {
        onDrawn = () => {};
        requestAnimationFrame(() => resolve(now()));
      };
    });
  },

  /** Does something in every frame for so long; the times between frames. */
  async frames(milliseconds, work) {
    const times = [];
    const end = performance.now() + milliseconds;
    for (let time = await nextFrame(); time < end; time = await nextFrame()) {
      times.push(time);
      work(times.length);
    }
    return times.slice(1).map((time, index) => time - times[index]);
  },

  /** Zooms into a plot and moves over it, as keys do. */
  async pan(milliseconds) {
    const plot = document.querySelector('figure [role=img][tabindex]');
    const press = (key) => plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    for (let zoom = 0; zoom < 5; zoom++) press('+');
    return window.probes.frames(milliseconds, (frame) => press(frame % 40 < 20 ? 'ArrowRight' : 'ArrowLeft'));
  },

  /** Scrolls the table of rows, a quarter of its height a frame. */
  async scroll(milliseconds) {
    const table = [...document.querySelectorAll('[role=table] [role=rowgroup]')].find(
      ({ scrollHeight, clientHeight }) => scrollHeight > 2 * clientHeight,
    );
    return window.probes.frames(milliseconds, () => {
      table.scrollTop += table.clientHeight / 4;
    });
  },
};
