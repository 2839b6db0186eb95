/** Who of the team is here. */

import { LiveMap } from "./live-map.js";
import { personName } from "./people.js";

const ORDER = ["online", "busy", "away", "offline"];

export class Team {
  #live = new LiveMap();

  /** Everybody, those who are here first. @returns {Array<{email: string, name: string, status: string}>} */
  get members() {
    return this.#live.values.toSorted(
      (one, other) => rank(one.status) - rank(other.status) || one.name.localeCompare(other.name),
    );
  }

  statusOf(email) {
    return this.#live.get(email)?.status ?? "offline";
  }

  beginSnapshot() {
    this.#live.beginSnapshot();
  }

  /** Takes the people of `GET presence` (SPEC §6). */
  applySnapshot(people) {
    this.#live.applySnapshot(people.map((person) => [person.email, member(person)]));
  }

  /** Takes a colleague's `presence-change`, or the status chosen here. */
  applyPresence(person) {
    this.#live.change((members) => members.set(person.email, member(person)));
  }
}

function member(person) {
  return { email: person.email, name: personName(person), status: person.status };
}

function rank(status) {
  const position = ORDER.indexOf(status);
  return position === -1 ? ORDER.length : position;
}
