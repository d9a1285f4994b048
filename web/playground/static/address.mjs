/** The settings as they stand after `#`; the server reads them and says what they mean. */

let current = location.hash.slice(1);

/** @returns {string} What stands after `#` now. */
export function address() {
  return current;
}

/** Show what the server made of an address. @param {string} text */
export function show(text) {
  current = text;
  history.replaceState(null, "", `${location.pathname}${location.search}#${text}`);
}

/**
 * The address with other values.
 * @param {Object<string, string|number|boolean>} changes Key -> value; "" takes a key out, but for `networkShape`.
 */
export function changed(changes) {
  const values = new URLSearchParams(current);
  for (const [key, value] of Object.entries(changes)) {
    if (value === "" && key !== "networkShape") values.delete(key);
    else values.set(key, String(value));
  }
  return values.toString().replaceAll("%2C", ",").replaceAll("%3B", ";");
}

/** Call `then` with what a user has put after `#`. @param {(text: string) => void} then */
export function onEntered(then) {
  addEventListener("hashchange", () => {
    const entered = location.hash.slice(1);
    if (entered !== current) then(entered);
  });
}
