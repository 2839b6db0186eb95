/** A collection that a snapshot fills and events change, where an event may overtake the snapshot it belongs after. */
export class LiveMap {
  #values = new Map();
  #parked = null;

  get values() {
    return [...this.#values.values()];
  }

  get(key) {
    return this.#values.get(key);
  }

  /** A snapshot was asked for: changes from now on are made at once, and again on top of it. */
  beginSnapshot() {
    this.#parked = [];
  }

  /** @param {Array<[string, object]>} entries  everything there is, as the server saw it some time after `beginSnapshot` */
  applySnapshot(entries) {
    this.#values = new Map(entries);
    const parked = this.#parked ?? [];
    this.#parked = null;
    for (const change of parked) change(this.#values);
  }

  /** @param {(values: Map<string, object>) => void} change  must come out the same when it is made twice */
  change(change) {
    this.#parked?.push(change);
    change(this.#values);
  }
}
