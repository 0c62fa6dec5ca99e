// Tells the service that this phone shows the answer, so that the account does not
// bring it once more with the citizen's next message.
(() => {
  "use strict";

  const tell = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", tell);
    fetch(location.pathname, { method: "POST", keepalive: true }).catch(() => {});
  };

  document.addEventListener("visibilitychange", tell);
  tell();
})();
