/* Brings live events into the page: as `live` events on the document, and as the state
   of the connection in the header. While there is none, the page asks every 5 s. */
(function () {
  'use strict';

  const ASK_EVERY_MS = 5000;
  // A reconnection takes a second; only what lasts longer is worth a word.
  const PATIENCE_MS = 3000;
  const ONLINE_AGAIN_MS = 2000;

  const place = document.getElementById('live-state');
  if (!place) return;
  const { url, cursor, worker } = place.dataset;
  let patience = null;
  let asking = null;

  function tell(kind, data) {
    // Who types changes nothing that is stored: it must not refetch the queue.
    if (kind === 'around') {
      document.dispatchEvent(new CustomEvent('around', { detail: data }));
      return;
    }
    document.dispatchEvent(new CustomEvent('live', { detail: { kind, data } }));
  }

  function show(state, words) {
    place.dataset.state = state;
    place.lastElementChild.textContent = words;
  }

  function goUp() {
    clearTimeout(patience);
    clearInterval(asking);
    patience = asking = null;
    show('up', '实时连接正常');
  }

  function goDown() {
    if (patience) return;
    patience = setTimeout(function () {
      show('down', '实时连接断开，正在重连');
      asking = setInterval(() => tell('resync', {}), ASK_EVERY_MS);
    }, PATIENCE_MS);
  }

  function hear(signal) {
    if (signal.kind === 'open') goUp();
    else if (signal.kind === 'down') goDown();
    else tell(signal.kind, signal.data);
  }

  function joinWorker() {
    const port = new SharedWorker(worker, 'wenzheng-live').port;
    port.onmessage = (event) => hear(event.data);
    port.start();
    port.postMessage({ url, cursor });
    addEventListener('pagehide', () => port.postMessage({ kind: 'bye' }));
    // A page taken back out of the browser's store is old: begin again.
    addEventListener('pageshow', (event) => event.persisted && location.reload());
  }

  // The stream may outlive a loss in which this page could fetch nothing; and what a
  // browser calls online takes a moment to be it.
  addEventListener('online', function () {
    tell('resync', {});
    setTimeout(() => tell('resync', {}), ONLINE_AGAIN_MS);
  });

  goDown();
  try {
    joinWorker();
  } catch (error) {
    self.followLive(url, cursor, hear);
  }
})();
