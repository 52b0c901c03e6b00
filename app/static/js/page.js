// What every page may have: menus that close, errors that take the focus, values to copy, printing.
(() => {
  "use strict";

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Where tabs are wider than the screen, the present one may stand beyond its edge.
  for (const tab of document.querySelectorAll(".seg [aria-current]")) {
    const strip = tab.parentElement;
    strip.scrollLeft = Math.max(0, tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2);
  }

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const text = button.querySelector("[data-copy-text]");
    const before = text.textContent;
    text.textContent = button.dataset.done;
    button.nextElementSibling.textContent = button.dataset.done;
    setTimeout(() => {
      text.textContent = before;
      button.nextElementSibling.textContent = "";
    }, 2500);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.matches("[data-print]")) window.print();
    else copy(button);
  });
  // Browsers offer the clipboard over HTTPS and on this machine only.
  if (!navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = true;
})();
