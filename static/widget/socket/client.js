/** What the widget's file has in place of socket.io-client's entry: its Manager and Socket, on a smaller engine. */

import { Manager } from "../../../node_modules/socket.io-client/build/esm/manager.js";

export function io(address, options) {
  const { origin, pathname } = new URL(address);
  return new Manager(origin, options).socket(pathname, options);
}
