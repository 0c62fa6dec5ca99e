// What WeChat makes of a text: <a href> and bare addresses are live, all else is
// literal. Nothing is ever inserted as HTML.
"use strict";

(function () {
  const LINK = /<a\s+[^>]*?href\s*=\s*(["'])(.*?)\1[^>]*>([\s\S]*?)<\/a>/gi;
  const ADDRESS = /https?:\/\/[!-;=?-~]+/g;
  const MENU = /^weixin:\/\/bizmsgmenu\?/i;
  const WEB = /^(https?:\/\/|tel:)/i;

  // Appends text to an element; onMenu(href) is called when a menu link is touched.
  function fill(element, text, onMenu) {
    let at = 0;
    for (const match of text.matchAll(LINK)) {
      const link = makeLink(match[2].replaceAll("&amp;", "&"), match[3], onMenu);
      if (link) {
        fillPlain(element, text.slice(at, match.index));
        element.append(link);
        at = match.index + match[0].length;
      }
    }
    fillPlain(element, text.slice(at));
  }

  function fillPlain(element, text) {
    let at = 0;
    for (const match of text.matchAll(ADDRESS)) {
      // A full stop or bracket behind an address is the sentence's.
      const address = match[0].replace(/[.,;:!?)\]]+$/, "");
      element.append(text.slice(at, match.index), makeLink(address, address));
      at = match.index + address.length;
    }
    element.append(text.slice(at));
  }

  function makeLink(href, words, onMenu) {
    if (MENU.test(href)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "words-link";
      button.textContent = words;
      button.addEventListener("click", () => onMenu(href));
      return button;
    }
    if (!WEB.test(href)) {
      return null;
    }
    const link = document.createElement("a");
    link.href = href;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = words;
    return link;
  }

  window.wechatText = { fill };
})();
