/* One connection for live events, shared by all tabs of this browser: over HTTP/1.1 a
   browser opens six connections to a host, and the seventh console tab would not load.
   Runs as a SharedWorker; loaded as a plain script it offers `followLive` instead. */
(function () {
  'use strict';

  const NAMES = ['ticket', 'message', 'alarm', 'warning', 'rating', 'whisper', 'resync'];
  const KEPT = 200;
  const FIRST_WAIT_MS = 2000;
  const LONGEST_WAIT_MS = 10000;
  // Who types or looks just now: old ones are of no use to a page that comes later.
  const HINTS = ['around'];

  /** Follow the stream for ever; `cast` gets {kind, id, data}. */
  function follow(url, cursor, cast) {
    let last = cursor;
    let wait = FIRST_WAIT_MS;

    function connect() {
      const source = new EventSource(url + '?last=' + encodeURIComponent(last));
      source.onopen = function () {
        wait = FIRST_WAIT_MS;
        cast({ kind: 'open' });
      };
      source.onerror = function () {
        cast({ kind: 'down' });
        // The browser gives up for good on anything but a 200, such as a proxy's 502
        // while we restart; with jitter, so that not all consoles come back at once.
        if (source.readyState === EventSource.CLOSED) {
          setTimeout(connect, wait * (0.7 + Math.random() * 0.6));
          wait = Math.min(wait * 1.5, LONGEST_WAIT_MS);
        }
      };
      for (const name of NAMES.concat(HINTS)) {
        source.addEventListener(name, function (event) {
          last = event.lastEventId || last;
          cast({ kind: name, id: last, data: JSON.parse(event.data || '{}') });
        });
      }
    }

    connect();
  }

  /** Tell whether event id a is later than b; ids are "milliseconds-sequence". */
  function isLater(a, b) {
    const [ams, aseq] = a.split('-').map(Number);
    const [bms, bseq] = b.split('-').map(Number);
    return ams > bms || (ams === bms && aseq > bseq);
  }

  if (typeof SharedWorkerGlobalScope === 'undefined') {
    self.followLive = follow;
    return;
  }

  const ports = new Set();
  const recent = [];
  let isFollowing = false;
  let state = null;

  function castToAll(signal) {
    if (HINTS.includes(signal.kind)) {
      // Nothing to keep.
    } else if (signal.id) {
      recent.push(signal);
      if (recent.length > KEPT) recent.shift();
    } else {
      state = signal;
    }
    for (const port of ports) port.postMessage(signal);
  }

  self.onconnect = function (event) {
    const port = event.ports[0];
    port.onmessage = function (message) {
      const word = message.data;
      if (word.kind === 'bye') {
        ports.delete(port);
        return;
      }
      ports.add(port);
      if (!isFollowing) {
        isFollowing = true;
        follow(word.url, word.cursor, castToAll);
        return;
      }
      // The page was rendered before it got here: tell it what happened meanwhile.
      if (state) port.postMessage(state);
      for (const signal of recent) {
        if (!word.cursor || isLater(signal.id, word.cursor)) port.postMessage(signal);
      }
    };
    port.start();
  };
})();
