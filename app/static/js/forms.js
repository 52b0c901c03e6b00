// Forms: show a password, e-mail chips, files by dropping, one submission per click.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    const input = document.getElementById(button.dataset.show);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });

  // A slow answer invites a second click; the first one counts. The button's own value must still be sent.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[data-bulk]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });

  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const splitAddresses = (text) => text.split(/[\s,;]+/).filter(Boolean);

  // The text area stays the value that is sent; the chips are a view of it.
  const makeChips = (area) => {
    const list = element("ul", { className: "chips" });
    const input = element("input", { className: "in", type: "email", autocomplete: "off" });
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (area.hasAttribute(name)) input.setAttribute(name, area.getAttribute(name));
    }
    const draw = () => {
      list.replaceChildren(...splitAddresses(area.value).map((address) => {
        const item = element("li", { textContent: address });
        const button = element("button", { type: "button", textContent: "×" });
        button.setAttribute("aria-label", `${area.dataset.remove} ${address}`);
        button.addEventListener("click", () => {
          area.value = splitAddresses(area.value).filter((kept) => kept !== address).join("\n");
          draw();
          input.focus();
        });
        item.append(button);
        return item;
      }));
      list.hidden = !list.children.length;
    };
    const add = () => {
      area.value = [...new Set([...splitAddresses(area.value), ...splitAddresses(input.value)])].join("\n");
      input.value = "";
      draw();
    };
    input.addEventListener("keydown", (event) => {
      if (!input.value || !["Enter", ",", ";", " "].includes(event.key)) return;
      event.preventDefault();
      add();
    });
    input.addEventListener("paste", () => setTimeout(() => /[\s,;]/.test(input.value.trim()) && add()));
    input.addEventListener("blur", add);
    area.form.addEventListener("submit", add, true);
    input.id = area.id;
    area.removeAttribute("id");
    area.hidden = true;
    area.before(list, input);
    draw();
  };
  document.querySelectorAll("textarea[data-chips]").forEach(makeChips);

  const size = new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: "kilobyte", maximumFractionDigits: 0,
  });
  const makeDrop = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const list = zone.querySelector("[data-files]");
    input.addEventListener("change", () => {
      list.replaceChildren(...[...input.files].slice(0, 50).map((file) => {
        const item = element("li");
        item.append(element("span", { textContent: file.name }),
          element("span", { textContent: size.format(Math.ceil(file.size / 1000)) }));
        return item;
      }));
      if (input.files.length > 50) list.append(element("li", { textContent: `+ ${input.files.length - 50}` }));
    });
    for (const name of ["dragover", "dragleave", "drop"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("over", name === "dragover");
      });
    }
    zone.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
  };
  document.querySelectorAll("[data-drop]").forEach(makeDrop);
})();
