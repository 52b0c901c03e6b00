// What a worker goes on with: that part of the page is fetched anew, and the rest stays where it is.
(() => {
  "use strict";

  const follow = (live) => {
    if (!live?.dataset.live) return;
    setTimeout(async () => {
      try {
        follow(document.hidden ? live : await renewed(live));
      } catch {
        follow(live); // away from the network: the next time will do
      }
    }, live.dataset.live * 1000);
  };

  const renewed = async (live) => {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) location.reload(); // signed out meanwhile, or gone: the page says which
    if (!fresh || fresh.outerHTML === live.outerHTML) return live;
    const focused = live.contains(document.activeElement) && document.activeElement.getAttribute("href");
    live.replaceWith(fresh);
    if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    return fresh;
  };

  follow(document.getElementById("live"));
})();
