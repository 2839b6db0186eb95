/** A clock that moves when the test says so. */
export class FakeClock {
  #now;
  #timers = new Map();
  #nextTimer = 1;

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now = () => this.#now;

  setTimeout = (callback, milliseconds) => {
    this.#timers.set(this.#nextTimer, { callback, dueAt: this.#now + milliseconds });
    return this.#nextTimer++;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  get waiting() {
    return this.#timers.size;
  }

  advance(milliseconds) {
    const until = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.dueAt <= until).sort((a, b) => a[1].dueAt - b[1].dueAt)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].dueAt;
      due[1].callback();
    }
    this.#now = until;
  }
}
