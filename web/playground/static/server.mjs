/** The server's side of this page: a session, orders to it, and its pictures. */

const token = new URLSearchParams(location.search).get("token");

/** @param {string} path @param {Object<string, string>} [query] */
function at(path, query = {}) {
  const all = new URLSearchParams({ ...query, ...(token ? { token } : {}) }).toString();
  return path + (all ? `?${all}` : "");
}

/** The answer's JSON. Throws an Error with the server's sentence. @param {Response} answer */
async function content(answer) {
  if (answer.ok) return answer.status === 204 ? {} : answer.json();
  const told = await answer.json().catch(() => ({}));
  const failure = new Error(told.error || `the server answered ${answer.status}`);
  failure.status = answer.status;
  throw failure;
}

/** @param {string} path @param {object} given */
async function post(path, given = {}) {
  const headers = { "Content-Type": "application/json" };
  return content(await fetch(at(path), { method: "POST", headers, body: JSON.stringify(given) }));
}

/** @param {string} path */
export async function read(path) {
  return content(await fetch(at(path)));
}

export class Session {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** A new session, and the description of its settings. @param {string} address */
  static async begin(address) {
    const { session, ...description } = await post("sessions", { address });
    return { session: new Session(session), description };
  }

  /** @param {string} order play, pause, step or rewind @param {object} [given] */
  send(order, given) {
    return post(`sessions/${this.name}/${order}`, given);
  }

  /** @param {File} file @param {string} address */
  async bring(file, address) {
    const path = at(`sessions/${this.name}/table`, { name: file.name, address });
    return content(await fetch(path, { method: "POST", body: file }));
  }

  /** Call `draw` with each picture, `lost` when the session has ended, and `away` when the server does not answer. */
  watch(draw, lost, away) {
    const source = new EventSource(at(`sessions/${this.name}/events`));
    source.onmessage = (event) => draw(JSON.parse(event.data));
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) lost();
      else away();
    };
    addEventListener("pagehide", () => {
      source.close();
      navigator.sendBeacon(at(`sessions/${this.name}/end`));
    });
  }

  /** @param {string} kind */
  exported(kind) {
    return at(`sessions/${this.name}/export/${kind}`);
  }
}
