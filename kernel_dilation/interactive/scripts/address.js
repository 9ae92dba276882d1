/* State of the page in its address: #place?name=value&…, so that a view can be sent as a link. */

const Address = (() => {
  const state = new URLSearchParams();
  const listeners = [];
  const WRITE_AFTER = 400; // milliseconds; browsers refuse to change the address more than a few times a second
  let waiting = 0; // timer of the next write
  let lastPlace = "";

  /** Return the value of a name, or the fallback where the address has none. */
  function get(name, fallback) {
    return state.has(name) ? state.get(name) : fallback;
  }

  /** Return a value that must be one of the choices, or the fallback. */
  function choice(name, choices, fallback) {
    const value = get(name, String(fallback));
    const known = choices.find((each) => String(each) === value);
    return known === undefined ? fallback : known;
  }

  /** Return a number within a range, or the fallback. */
  function number(name, lowest, highest, fallback) {
    const value = Number(get(name, "x"));
    return Number.isFinite(value) && value >= lowest && value <= highest ? value : fallback;
  }

  /** Set values and write them to the address a moment later, with the section as the place to scroll to. */
  function set(place, values) {
    for (const [name, value] of Object.entries(values)) {
      state.set(name, String(value));
    }
    lastPlace = place;
    if (!waiting) {
      waiting = setTimeout(() => {
        waiting = 0;
        history.replaceState(null, "", `#${lastPlace}?${state}`);
      }, WRITE_AFTER);
    }
  }

  /** Call a function whenever the address is changed by hand or by a link with state. */
  function onChange(listener) {
    listeners.push(listener);
  }

  /** Read the address; a plain link to a place keeps the state. */
  function read() {
    const [place, values] = location.hash.slice(1).split("?");
    if (values === undefined) {
      if (place && state.toString()) {
        history.replaceState(null, "", `#${place}?${state}`);
      }
      return;
    }
    clearTimeout(waiting);
    waiting = 0;
    [...state.keys()].forEach((name) => state.delete(name));
    new URLSearchParams(values).forEach((value, name) => state.set(name, value));
    listeners.forEach((listener) => listener());
    document.getElementById(place)?.scrollIntoView({ behavior: "instant" });
  }

  /** Begin to follow the address. */
  function start() {
    read();
    addEventListener("hashchange", read);
  }

  return { get, choice, number, set, onChange, start };
})();
